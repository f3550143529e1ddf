import { z } from 'zod';
import { permutationView, pixelsFrom, squareSide } from './permutation.js';

const options = z.strictObject({});
type Options = z.output<typeof options>;

/** The image turned on its head, which differs from a flip: left and right change places too. */
export const rotate180View = permutationView<Options>({
  name: 'rotate180',
  summary: 'Turned by half.',
  options,
  from: (_, size) => pixelsFrom(size, (y, x) => [size.height - 1 - y, size.width - 1 - x]),
});

/** The image turned by a quarter, clockwise. */
export const rotate90View = permutationView<Options>({
  name: 'rotate90',
  summary: 'Turned by a quarter, clockwise.',
  options,
  from(_, size) {
    const side = squareSide(size, 'rotate90');
    return pixelsFrom(size, (y, x) => [side - 1 - x, y]);
  },
});

/** The image turned by three quarters: by one, counterclockwise. */
export const rotate270View = permutationView<Options>({
  name: 'rotate270',
  summary: 'Turned by a quarter, counterclockwise.',
  options,
  from(_, size) {
    const side = squareSide(size, 'rotate270');
    return pixelsFrom(size, (y, x) => [x, side - 1 - y]);
  },
});
