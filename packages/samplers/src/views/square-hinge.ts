import { z } from 'zod';
import { permutationView, pixelsFrom, squareSide } from './permutation.js';

const options = z.strictObject({});

/**
 * Nine squares hinged at their corners, each turned by a quarter, its neighbours the other way. What is left at the edges
 * of a side that three does not divide stays (Geng et al. 2024).
 */
export const squareHingeView = permutationView<z.output<typeof options>>({
  name: 'square-hinge',
  summary: 'Nine squares, each turned by a quarter, neighbours the other way.',
  options,
  from(_, size) {
    const square = Math.floor(squareSide(size, 'square-hinge') / 3);
    return pixelsFrom(size, (y, x) => {
      const [row, column] = [Math.floor(y / square), Math.floor(x / square)];
      if (row > 2 || column > 2) return [y, x];
      const [top, left] = [row * square, column * square];
      const [inY, inX] = [y - top, x - left];
      return (row + column) % 2 === 0
        ? [top + square - 1 - inX, left + inY] // clockwise
        : [top + inX, left + square - 1 - inY];
    });
  },
});
