import { sameShape, sizeOf, UngrainError, type Shape, type Value } from '@ungrain/core';

/** Grey images with their classes, as they come from IDX files. */
export interface LabelledImages {
  /** Bytes [count, height, width]; 255 is white. */
  readonly pixels: Uint8Array;
  readonly size: Shape;
  readonly labels: Uint8Array;
}

/** Images number `items` as float32 [n, 1, height, width] in [0, 1]. */
export function gatherImages({ pixels, size }: LabelledImages, items: Uint32Array): Value & { dtype: 'float32' } {
  const perImage = sizeOf(size);
  const data = new Float32Array(items.length * perImage);
  items.forEach((item, row) => {
    for (let i = 0; i < perImage; i++) data[row * perImage + i] = pixels[item * perImage + i]! / 255;
  });
  return { dtype: 'float32', data, shape: [items.length, 1, ...size] };
}

/** @throws UngrainError `bad-data` if the images are of another size than a network takes */
export function requireSize({ size }: LabelledImages, wanted: Shape): void {
  if (!sameShape(size, wanted))
    throw new UngrainError(
      'bad-data',
      `The images are ${size.join(' × ')} pixels, and this network takes ${wanted.join(' × ')}; scale them first.`,
    );
}
