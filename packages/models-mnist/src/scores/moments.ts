import type { Tensor } from '@ungrain/core';
import { Matrix } from 'ml-matrix';
import { rowsOf } from './rows.js';

/** Mean and covariance of features, in double. */
export interface Moments {
  readonly mean: Float64Array;
  /** Unbiased: divided by rows − 1. [width, width] */
  readonly covariance: Matrix;
}

/** @param features [rows, width] @throws RangeError with fewer than two rows */
export function momentsOf(features: Tensor): Moments {
  const { data, count, width } = rowsOf(features, 2);
  const mean = new Float64Array(width);
  data.forEach((value, at) => (mean[at % width]! += value / count));

  const sums = new Float64Array(width * width);
  const centred = new Float64Array(width);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) centred[i] = data[row * width + i]! - mean[i]!;
    for (let i = 0; i < width; i++) {
      const factor = centred[i]!;
      for (let j = i; j < width; j++) sums[i * width + j]! += factor * centred[j]!;
    }
  }
  const covariance = Matrix.zeros(width, width);
  for (let i = 0; i < width; i++)
    for (let j = i; j < width; j++) {
      const value = sums[i * width + j]! / (count - 1);
      covariance.set(i, j, value).set(j, i, value);
    }
  return { mean, covariance };
}
