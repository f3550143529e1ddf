import { z } from 'zod';
import { permutationView, pixelsFrom } from './permutation.js';

const options = z.strictObject({
  factor: z.number().min(-100).max(100).default(1.5).describe('Pixels up or down for each pixel from the middle.'),
});

/** Every column rolled up or down by its distance from the middle one, what leaves at one end coming in at the other. */
export const skewView = permutationView<z.output<typeof options>>({
  name: 'skew',
  summary: 'Each column rolled by its distance from the middle.',
  options,
  from: ({ factor }, size) =>
    pixelsFrom(size, (y, x) => {
      const rolled = (y + Math.trunc(factor * (Math.floor(size.width / 2) - x))) % size.height;
      return [(rolled + size.height) % size.height, x];
    }),
});
