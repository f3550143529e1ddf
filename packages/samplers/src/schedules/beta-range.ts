import { z } from 'zod';
import { noiseTimes, type NoiseTimes } from './beta-schedule.js';

/** Schedules that lead β from a start to an end have these options. */
export interface BetaRange extends NoiseTimes {
  readonly start: number;
  readonly end: number;
}

export function betaRange({ start, end }: Pick<BetaRange, 'start' | 'end'>): z.ZodType<BetaRange> {
  return z.strictObject({
    ...noiseTimes,
    start: z.number().gt(0).lt(1).default(start).describe('The variance added in the first step, β₀.'),
    end: z.number().gt(0).lt(1).default(end).describe('The variance added in the last step.'),
  });
}

/** `count` numbers from `start` to `end`, evenly spaced, both included. */
export function evenly(start: number, end: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => start + ((end - start) * i) / Math.max(1, count - 1));
}
