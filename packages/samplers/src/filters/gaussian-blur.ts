import { UngrainError, type Tensor } from '@ungrain/core';
import { mapPlanes } from './planes.js';

export interface BlurOptions {
  /** The number of the kernel's weights, odd. */
  readonly kernel: number;
  /** The standard deviation in pixels. */
  readonly sigma: number;
}

/**
 * exp(−x²/(2σ²)) at `kernel` points one pixel apart about 0, divided by their sum: torchvision's kernel.
 * @throws UngrainError `bad-kernel`
 */
export function gaussianKernel({ kernel, sigma }: BlurOptions): Float64Array {
  if (!Number.isInteger(kernel) || kernel < 1 || kernel % 2 === 0 || !(sigma > 0))
    throw new UngrainError(
      'bad-kernel',
      `A Gaussian kernel needs an odd number of weights and a deviation above 0, not ${kernel} and ${sigma}.`,
    );
  const raw = Float64Array.from({ length: kernel }, (_, i) =>
    Math.exp(-((i - (kernel - 1) / 2) ** 2) / (2 * sigma ** 2)),
  );
  const sum = raw.reduce((total, weight) => total + weight, 0);
  return raw.map((weight) => weight / sum);
}

/**
 * Gaussian blur along both axes, in double precision and rounded once. Beyond its edges an image goes on mirrored, without
 * repeating the edge's pixel. A low pass; what it takes away is the high pass. (Section 1.2 of the course, where it is
 * the classical way to remove noise.)
 *
 * @param x [rows, channels, height, width]
 * @throws UngrainError `bad-kernel` also if half the kernel is as wide as the image
 */
export function gaussianBlur(x: Tensor, options: BlurOptions): Tensor {
  const weights = gaussianKernel(options);
  const side = Math.min(...x.shape.slice(-2));
  if (weights.length >> 1 >= side)
    throw new UngrainError(
      'bad-kernel',
      `A kernel of ${weights.length} is too wide for images with a side of ${side}; it may have ${2 * side - 1} at most.`,
    );
  return mapPlanes(x, (plane, blurred, { height, width }) =>
    blurred.set(alongRows(alongRows(plane, width, weights), height, weights)),
  );
}

/** The weighted mean of each pixel's neighbours in its row, written transposed, so that the next pass goes down. */
function alongRows(image: ArrayLike<number>, width: number, weights: Float64Array): Float64Array {
  const height = image.length / width;
  const radius = weights.length >> 1;
  const line = new Float64Array(width + 2 * radius);
  const result = new Float64Array(image.length);
  for (let y = 0; y < height; y++) {
    for (let i = 0; i < line.length; i++) line[i] = image[y * width + mirrored(i - radius, width)]!;
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * line[x + i]!;
      result[x * height + y] = sum;
    }
  }
  return result;
}

/** An index beyond the edge: … 2 1 | 0 1 2 … */
function mirrored(at: number, length: number): number {
  if (at < 0) return -at;
  return at < length ? at : 2 * length - 2 - at;
}
