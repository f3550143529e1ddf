import { z } from 'zod';
import { permutationView, pixelsFrom } from './permutation.js';

const options = z.strictObject({
  axis: z.enum(['vertical', 'horizontal']).default('vertical').describe('vertical: upside down; horizontal: mirrored.'),
});

/** The image upside down, as in the course (section 1.8), or mirrored. */
export const flipView = permutationView<z.output<typeof options>>({
  name: 'flip',
  summary: "Upside down, the course's anagram, or mirrored.",
  options,
  from: ({ axis }, size) =>
    pixelsFrom(size, (y, x) => (axis === 'vertical' ? [size.height - 1 - y, x] : [y, size.width - 1 - x])),
});
