import type { ScheduleEntry } from '@ungrain/core';
import { betaRange, evenly, type BetaRange } from './beta-range.js';
import { trainedSchedule } from './trained-schedule.js';

/** Ho et al. 2020, "Denoising Diffusion Probabilistic Models", section 4: β grows linearly, from 10⁻⁴ to 0.02. */
export const linearSchedule: ScheduleEntry<BetaRange> = {
  name: 'linear',
  summary: "DDPM's: the variance added in each step grows linearly.",
  options: betaRange({ start: 1e-4, end: 0.02 }),
  create: ({ trainedSteps, start, end }) => trainedSchedule('linear', evenly(start, end, trainedSteps)),
};
