import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { roundHalfToEven, thenClean, trainedStepsFor } from './trained-times.js';

const options = z.strictObject({
  rounded: z.boolean().default(true).describe('Visit trained times only; otherwise also fractions between them.'),
});

/**
 * `steps` times evenly spaced from the noisiest to the cleanest, both included; at the end clean data.
 * Nichol & Dhariwal 2021 sample so; Lin et al. 2023, table 2, name it.
 */
export const linspaceSpacing: Spacing<z.output<typeof options>> = {
  name: 'linspace',
  summary: 'Trained times spaced evenly, the noisiest and the cleanest included.',
  options,
  levels(schedule, steps, { rounded }) {
    const last = trainedStepsFor(steps, schedule, 'linspace') - 1;
    // Counted upwards from 0, as numpy does: 13·(999/26) is then a hair below 499.5 and rounds as everywhere else.
    const stride = last / Math.max(1, steps - 1);
    const times = Array.from({ length: steps }, (_, i) => (i === 0 ? last : (steps - 1 - i) * stride));
    return thenClean(schedule, rounded ? times.map(roundHalfToEven) : times);
  },
};
