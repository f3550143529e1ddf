import type { NoiseLevel, Schedule } from '@ungrain/core';
import { z } from 'zod';

/** Where the last step of a run goes. */
export type End = 'clean' | 'cleanest' | 'last';

export const end = z
  .enum(['clean', 'cleanest', 'last'])
  .default('clean')
  .describe(
    "Where the last step goes: to clean data, to the schedule's cleanest level, or nowhere, from the last level to " +
      'itself, as in some schedulers of diffusers.',
  );

/** Levels, and the one at which a run over them ends. */
export function thenEnd(schedule: Schedule, levels: readonly NoiseLevel[], end: End): readonly NoiseLevel[] {
  const ends = { clean: schedule.clean, cleanest: schedule.level(schedule.cleanest), last: levels.at(-1)! };
  return [...levels, ends[end]];
}
