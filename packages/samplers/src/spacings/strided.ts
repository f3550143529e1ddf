import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { trainedStepsOf } from './trained-times.js';

const options = z.strictObject({
  stride: z.int().min(1).default(30).describe('How many trained times one step goes down.'),
});

/**
 * The course's list (section 1.4): steps·stride, …, 2·stride, stride, 0, so that 33 steps of 30 go from 990 to 0. It ends
 * at the cleanest trained time, whose little noise stays in the image, and not at clean data.
 */
export const stridedSpacing: Spacing<z.output<typeof options>> = {
  name: 'strided',
  summary: "The course's: down to time 0 by a fixed stride, 990 … 0 by 30 in 33 steps.",
  options,
  levels(schedule, steps, { stride }) {
    const last = trainedStepsOf(schedule, 'strided') - 1;
    if (steps * stride > last)
      throw new UngrainError(
        'too-many-steps',
        `${steps} steps of ${stride} would start at time ${steps * stride}, above ${last}, the last of schedule ` +
          `'${schedule.name}'; at this stride there is room for ${Math.floor(last / stride)} steps.`,
      );
    return Array.from({ length: steps + 1 }, (_, i) => schedule.level((steps - i) * stride));
  },
};
