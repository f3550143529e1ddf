import { UngrainError, type Shape, type Tensor, type View, type ViewTransform } from '@ungrain/core';
import { mapPlanes, type ImageSize } from '../filters/planes.js';

/** A view that only moves pixels, the same way in every channel, and so keeps whatever noise they hold. */
export interface PermutationView<O> extends Omit<View<O>, 'create'> {
  /**
   * Where each pixel of the view comes from, row by row: seen[i] = x[from[i]].
   * @throws UngrainError `view-shape`
   */
  from(options: O, size: ImageSize): Int32Array;
}

export const permutationView = <O>({ from, ...entry }: PermutationView<O>): View<O> => ({
  ...entry,
  create: (options, shape) => permutationTransform(from(options, sizeOf(shape))),
});

/** The view in which the pixel at i comes from `from[i]`. */
export function permutationTransform(from: Int32Array): ViewTransform {
  const back = inversePermutation(from);
  const inverse = (x: Tensor) => gather(x, back);
  return { forward: (x) => gather(x, from), inverse, inverseVariance: inverse };
}

const sizeOf = ([, height = 1, width = 1]: Shape): ImageSize => ({ height, width });

const gather = (x: Tensor, from: Int32Array): Tensor =>
  mapPlanes(x, (plane, seen) => {
    for (let i = 0; i < seen.length; i++) seen[i] = plane[from[i]!]!;
  });

/** The permutation that brings back: back[there[i]] = i. */
export function inversePermutation(there: ArrayLike<number>): Int32Array {
  const back = new Int32Array(there.length);
  for (let i = 0; i < there.length; i++) back[there[i]!] = i;
  return back;
}

/** A permutation from where the pixel at (y, x) comes from. */
export function pixelsFrom(
  { height, width }: ImageSize,
  place: (y: number, x: number) => readonly [y: number, x: number],
): Int32Array {
  const from = new Int32Array(height * width);
  for (let i = 0; i < from.length; i++) {
    const [y, x] = place(Math.floor(i / width), i % width);
    from[i] = y * width + x;
  }
  return from;
}

/** The side of square images. @throws UngrainError `view-shape` for others */
export function squareSide({ height, width }: ImageSize, view: string): number {
  if (height === width) return height;
  throw new UngrainError('view-shape', `View '${view}' needs square images, not ${height} × ${width}.`);
}

/** @throws UngrainError `view-shape` unless the parts divide the images evenly */
export function partSide(size: ImageSize, parts: number, view: string): number {
  const side = squareSide(size, view);
  if (side % parts === 0) return side / parts;
  throw new UngrainError(
    'view-shape',
    `View '${view}' divides images into ${parts} × ${parts} parts, which a side of ${side} does not allow.`,
  );
}
