import { sameShape, sizeOf, UngrainError, type Shape, type Tensor, type Value } from '@ungrain/core';

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

/** The mean of all images, [1, 1, height, width], and how far they lie from it: the mean squared error of a pixel. */
export function meanImage({ pixels, size, labels }: LabelledImages): {
  readonly mean: Tensor;
  readonly variance: number;
} {
  const perImage = sizeOf(size);
  const sums = new Float64Array(perImage);
  let squares = 0;
  pixels.forEach((byte, i) => {
    sums[i % perImage]! += byte / 255;
    squares += (byte / 255) ** 2;
  });
  const mean = sums.map((sum) => sum / labels.length);
  // E(x − m)² = E x² − m², averaged over the pixels
  const variance = (squares / labels.length - mean.reduce((total, m) => total + m * m, 0)) / perImage;
  return { mean: { data: Float32Array.from(mean), shape: [1, 1, ...size] }, variance };
}

/** The mean squared difference of two batches of a shape. */
export function meanSquaredError(a: Tensor, b: Tensor): number {
  const sum = a.data.reduce((total, value, i) => total + (value - b.data[i]!) ** 2, 0);
  return sum / a.data.length;
}

/** The first image of each class that there is, by class. */
export function oneOfEachClass({ labels }: LabelledImages): Uint32Array {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  return Uint32Array.from(classes, (label) => labels.indexOf(label));
}
