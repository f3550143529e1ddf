import type { ScheduleEntry } from '@ungrain/core';
import { betaRange, evenly, type BetaRange } from './beta-range.js';
import { trainedSchedule } from './trained-schedule.js';

/**
 * Rombach et al. 2022, "High-Resolution Image Synthesis with Latent Diffusion Models" (in its code): √β grows linearly.
 */
export const scaledLinearSchedule: ScheduleEntry<BetaRange> = {
  name: 'scaled-linear',
  summary: "Stable Diffusion's: the square root of the variance added in each step grows linearly.",
  options: betaRange({ start: 0.00085, end: 0.012 }),
  create: ({ trainedSteps, start, end }) =>
    trainedSchedule(
      'scaled-linear',
      evenly(Math.sqrt(start), Math.sqrt(end), trainedSteps).map((root) => root ** 2),
    ),
};
