import { scale, type View } from '@ungrain/core';
import { z } from 'zod';
import { filterTransform } from './filter.js';

const options = z.strictObject({
  factor: z.number().min(-10).max(10).default(0.5).describe('The share that is kept.'),
});

/** A share of everything: two conditions by halves, say (Geng et al. 2024, "Factorized Diffusion", section 3.5). */
export const scaleView: View<z.output<typeof options>> = {
  name: 'scale',
  summary: 'Keeps a share of everything.',
  options,
  create: ({ factor }) => filterTransform((x) => scale(x, factor)),
};
