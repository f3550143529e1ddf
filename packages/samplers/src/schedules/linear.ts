import { betaRange, evenly } from './beta-range.js';
import { betaSchedule } from './beta-schedule.js';

/** Ho et al. 2020, "Denoising Diffusion Probabilistic Models", section 4: β grows linearly, from 10⁻⁴ to 0.02. */
export const linearSchedule = betaSchedule({
  name: 'linear',
  summary: "DDPM's: the variance added in each step grows linearly.",
  options: betaRange({ start: 1e-4, end: 0.02 }),
  betas: ({ trainedSteps, start, end }) => evenly(start, end, trainedSteps),
});
