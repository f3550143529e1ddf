import { betaRange, evenly } from './beta-range.js';
import { betaSchedule } from './beta-schedule.js';

/**
 * Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion Models" (in its code): √β grows linearly.
 */
export const scaledLinearSchedule = betaSchedule({
  name: 'scaled-linear',
  summary: "Stable Diffusion's: the square root of the variance added in each step grows linearly.",
  options: betaRange({ start: 0.00085, end: 0.012 }),
  betas: ({ trainedSteps, start, end }) =>
    evenly(Math.sqrt(start), Math.sqrt(end), trainedSteps).map((root) => root ** 2),
});
