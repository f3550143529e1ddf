import type { View } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({});

/** The image as it is, for the reading of an anagram that is upright. */
export const identityView: View<z.output<typeof options>> = {
  name: 'identity',
  summary: 'The image as it is.',
  options,
  create: () => ({ forward: (x) => x, inverse: (x) => x, inverseVariance: (x) => x }),
};
