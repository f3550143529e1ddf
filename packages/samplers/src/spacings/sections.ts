import { UngrainError, type Schedule, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { end } from './end.js';
import { levelsAt, roundHalfToEven, trainedStepsOf } from './trained-times.js';

const options = z.strictObject({
  counts: z
    .array(z.int().min(1))
    .min(1)
    .max(1000)
    .default([10, 10, 10])
    .describe('How many times of each section are visited, the cleanest section first.'),
  end,
});

/**
 * The trained times are cut into as many equal sections as there are counts; of each, so many times are visited, evenly
 * spaced, both its ends among them. Nichol & Dhariwal 2021, "Improved DDPM" (`space_timesteps` of its code).
 */
export const sectionsSpacing: Spacing<z.output<typeof options>> = {
  name: 'sections',
  summary: "Improved DDPM's: equal sections of the trained times, and how many times of each are visited.",
  options,
  levels: (schedule, steps, { counts, end }) =>
    levelsAt(schedule, sectionTimes(schedule, steps, counts, 'sections'), end),
};

/**
 * The times, the noisiest first.
 * @throws UngrainError `steps-mismatch`, `too-many-steps`, `continuous-schedule`
 */
export function sectionTimes(
  schedule: Schedule,
  steps: number,
  counts: readonly number[],
  spacing: string,
): readonly number[] {
  const trained = trainedStepsOf(schedule, spacing);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total !== steps)
    throw new UngrainError(
      'steps-mismatch',
      `Spacing '${spacing}' makes ${total} steps here, not ${steps}; say ${total}.`,
    );
  const times: number[] = [];
  let start = 0;
  for (const [i, count] of counts.entries()) {
    // What is left over when the times are divided goes to the first sections, one each.
    const size = Math.floor(trained / counts.length) + (i < trained % counts.length ? 1 : 0);
    if (count > size)
      throw new UngrainError(
        'too-many-steps',
        `Section ${i + 1} of spacing '${spacing}' has ${size} times, and ${count} of them are to be visited.`,
      );
    const stride = count > 1 ? (size - 1) / (count - 1) : 1;
    // Strides are added up, as there: another rounding of 49.5 strides is another time.
    for (let k = 0, at = 0; k < count; k++, at += stride) times.push(start + roundHalfToEven(at));
    start += size;
  }
  return times.reverse();
}
