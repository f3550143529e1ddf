import { scale, type View } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({
  factor: z.number().positive().max(100).default(1.5).describe('What every value is multiplied by.'),
});

/**
 * A brighter image, and an example of what cannot work: its noise has another variance than the model expects
 * (Geng et al. 2024, section 4.4).
 */
export const whiteBalanceView: View<z.output<typeof options>> = {
  name: 'white-balance',
  summary: 'Brighter or darker; changes the variance of the noise, so it fails.',
  options,
  create: ({ factor }) => ({
    forward: (x) => scale(x, factor),
    inverse: (x) => scale(x, 1 / factor),
    inverseVariance: (x) => x,
  }),
};
