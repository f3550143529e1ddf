import type { Schema } from '@ungrain/core';
import { z } from 'zod';
import { trainedSteps } from './trained-steps.js';

/** Schedules that lead β from a start to an end have these options. */
export interface BetaRange {
  readonly trainedSteps: number;
  readonly start: number;
  readonly end: number;
}

export function betaRange({ start, end }: Omit<BetaRange, 'trainedSteps'>): Schema<BetaRange> {
  return z.strictObject({
    trainedSteps,
    start: z.number().gt(0).lt(1).default(start).describe('The variance added in the first step, β₀.'),
    end: z.number().gt(0).lt(1).default(end).describe('The variance added in the last step.'),
  });
}

/** `count` numbers from `start` to `end`, evenly spaced, both included. */
export function evenly(start: number, end: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => start + ((end - start) * i) / Math.max(1, count - 1));
}
