import type { Tensor } from '@ungrain/core';

/** What goes into one place of a resized line: its first source and their weights, whose sum is 1. */
interface Taps {
  readonly first: number;
  readonly weights: readonly number[];
}

/**
 * Bilinear resizing as PyTorch does it (`align_corners=False`). With `antialias` a smaller image averages all that a pixel
 * covers, without it only the nearest two pixels along each axis.
 *
 * @param x [rows, channels, height, width]
 * @returns [rows, channels, size[0], size[1]]
 */
export function resize(x: Tensor, [height, width]: readonly [number, number], antialias: boolean): Tensor {
  const [rows = 0, channels = 0, oldHeight = 1, oldWidth = 1] = x.shape;
  const columnTaps = tapsOf(oldWidth, width, antialias);
  const rowTaps = tapsOf(oldHeight, height, antialias);
  const data = new Float32Array(rows * channels * height * width);
  for (let plane = 0; plane < rows * channels; plane++) {
    const narrowed = new Float64Array(oldHeight * width);
    for (let y = 0; y < oldHeight; y++)
      for (let column = 0; column < width; column++) {
        const { first, weights } = columnTaps[column]!;
        const start = (plane * oldHeight + y) * oldWidth + first;
        for (const [i, weight] of weights.entries()) narrowed[y * width + column]! += weight * x.data[start + i]!;
      }
    for (let y = 0; y < height; y++) {
      const { first, weights } = rowTaps[y]!;
      for (let column = 0; column < width; column++) {
        let sum = 0;
        for (const [i, weight] of weights.entries()) sum += weight * narrowed[(first + i) * width + column]!;
        data[(plane * height + y) * width + column] = sum;
      }
    }
  }
  return { data, shape: [rows, channels, height, width] };
}

/** A triangle about the place that a pixel comes from, as wide as what it covers, cut at the edges. */
function tapsOf(from: number, to: number, antialias: boolean): readonly Taps[] {
  const scale = from / to;
  const reach = antialias ? Math.max(1, scale) : 1;
  return Array.from({ length: to }, (_, i) => {
    const center = antialias ? (i + 0.5) * scale : Math.min(Math.max((i + 0.5) * scale, 0.5), from - 0.5);
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const last = Math.min(from, Math.trunc(center + reach + 0.5));
    const raw = Array.from({ length: last - first }, (_, k) =>
      Math.max(0, 1 - Math.abs(first + k + 0.5 - center) / reach),
    );
    const sum = raw.reduce((total, weight) => total + weight, 0);
    return { first, weights: raw.map((weight) => weight / sum) };
  });
}
