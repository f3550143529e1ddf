import type { NoiseLevel, Schedule } from '@ungrain/core';
import { levelOfRatio } from '../schedules/level-of-ratio.js';

/** σ/α of the last level, of a schedule that goes on to clean data, at which adaptive solvers look. */
const NEARLY_CLEAN = 1e-3;

/**
 * Where an adaptive solver's way to a level ends: there, or if that is clean data, which no model can be asked about for
 * sure, at the schedule's cleanest level with noise. From it Euler's step goes on.
 */
export function goalOf(to: NoiseLevel, schedule: Schedule): NoiseLevel {
  if (to.sigma > 0) return to;
  const cleanest = schedule.level(schedule.cleanest);
  return cleanest.sigma > 0 ? cleanest : levelOfRatio(schedule, NEARLY_CLEAN);
}

/** The level with data to which Euler's step goes from pure noise, where λ is infinite. */
export const firstWithData = (schedule: Schedule): NoiseLevel => levelOfRatio(schedule, 1 / NEARLY_CLEAN);
