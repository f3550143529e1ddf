import { z } from 'zod';
import { permutationView, pixelsFrom, squareSide } from './permutation.js';

const options = z.strictObject({
  quarters: z.int().min(1).max(3).default(2).describe('Quarter turns of the circle, clockwise.'),
  radius: z.number().positive().max(0.5).default(0.375).describe("Of the circle, as a share of the image's side."),
});

/** A circle in the middle turns, by half if nothing else is said, while what is around it stays (Geng et al. 2024, "Visual Anagrams"). */
export const innerCircleView = permutationView<z.output<typeof options>>({
  name: 'inner-circle',
  summary: 'A circle in the middle turned by half, or by quarters.',
  options,
  from({ quarters, radius }, size) {
    const side = squareSide(size, 'inner-circle');
    const center = (side - 1) / 2;
    return pixelsFrom(size, (y, x) => {
      if ((y - center) ** 2 + (x - center) ** 2 >= (radius * side) ** 2) return [y, x];
      let from: readonly [number, number] = [y, x];
      for (let turn = 0; turn < quarters; turn++) from = [side - 1 - from[1], from[0]];
      return from;
    });
  },
});
