import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { end } from './end.js';
import { sectionTimes } from './sections.js';
import { levelsAt } from './trained-times.js';

/** The number after a name is that of its steps. */
export const PRESETS = {
  fast27: [10, 10, 3, 2, 2],
  smart27: [7, 4, 2, 1, 2, 4, 7],
  smart50: [10, 6, 4, 3, 2, 2, 3, 4, 6, 10],
  smart100: [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 7, 8, 9, 10, 13],
  smart185: [1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20],
  super27: [1, 1, 1, 1, 1, 1, 1, 2, 5, 13],
  super40: [2, 2, 2, 2, 2, 2, 3, 4, 6, 15],
  super100: [4, 4, 6, 6, 8, 8, 10, 10, 14, 30],
} as const;

const options = z.strictObject({
  list: z
    .enum(['fast27', 'smart27', 'smart50', 'smart100', 'smart185', 'super27', 'super40', 'super100'])
    .default('smart50')
    .describe(
      'Which list: smart and fast are for stage I, super for the stages that enlarge; the number is that of steps.',
    ),
  end,
});

/**
 * The lists of times that come with DeepFloyd IF (StabilityAI 2023): sections of the trained times, see `sections`, with
 * counts that were found for its stages.
 */
export const presetSpacing: Spacing<z.output<typeof options>> = {
  name: 'preset',
  summary: "DeepFloyd IF's own lists of times, for its three stages.",
  options,
  levels: (schedule, steps, { list, end }) =>
    levelsAt(schedule, sectionTimes(schedule, steps, PRESETS[list], `preset ${list}`), end),
};
