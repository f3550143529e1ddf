import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { end } from './end.js';
import { lambdaMin, levelsAt, trainedStepsFor } from './trained-times.js';

const options = z.strictObject({
  offset: z.int().min(0).default(0).describe('Added to each time; 1 in the settings of Stable Diffusion.'),
  skipCleanest: z
    .boolean()
    .default(false)
    .describe('Divides the times by one stride more and leaves the cleanest out, as DPM-Solver does in diffusers.'),
  lambdaMin,
  end,
});

/**
 * Every ⌊T/steps⌋-th trained time, from 0 upwards; at the end clean data. The run begins below the noisiest time:
 * 100 of 1000 steps start at 990. DeepFloyd IF is sampled so.
 * Table 2 of Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", which names it.
 */
export const leadingSpacing: Spacing<z.output<typeof options>> = {
  name: 'leading',
  summary: 'Trained times at equal strides from 0 up; DeepFloyd IF and Stable Diffusion use it.',
  options,
  levels(schedule, steps, { offset, skipCleanest, lambdaMin, end }) {
    const points = skipCleanest ? steps + 1 : steps;
    const stride = Math.floor(trainedStepsFor(points, schedule, 'leading', lambdaMin) / points);
    const first = (points - 1) * stride + offset;
    if (first > schedule.noisiest)
      throw new UngrainError(
        'time-out-of-range',
        `With offset ${offset}, ${steps} steps would start at time ${first}, above ${schedule.noisiest}, the last of ` +
          `schedule '${schedule.name}'.`,
      );
    return levelsAt(
      schedule,
      Array.from({ length: steps }, (_, i) => first - i * stride),
      end,
    );
  },
};
