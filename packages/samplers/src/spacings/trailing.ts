import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { end } from './end.js';
import { levelsAt, roundHalfToEven, trainedStepsFor } from './trained-times.js';

const options = z.strictObject({ end });

/**
 * Every T/steps-th trained time, from the noisiest downwards; at the end clean data. Few steps profit from it: the run
 * begins at the noisiest time, and no step is spent on the cleanest.
 * Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", section 3.3.
 */
export const trailingSpacing: Spacing<z.output<typeof options>> = {
  name: 'trailing',
  summary: 'Trained times at equal strides from the noisiest down; best for few steps.',
  options,
  levels(schedule, steps, { end }) {
    const trained = trainedStepsFor(steps, schedule, 'trailing');
    return levelsAt(
      schedule,
      Array.from({ length: steps }, (_, i) => roundHalfToEven(trained - (i * trained) / steps) - 1),
      end,
    );
  },
};
