import type { Tensor } from '@ungrain/core';
import { comparableRows, dotProduct, type Rows } from './rows.js';

export interface KernelDistance {
  /** Its mean over many draws is 0 for sets from one distribution, whatever their size, so it may be negative. */
  readonly unbiased: number;
  /** With each row's kernel with itself: never negative. */
  readonly biased: number;
}

/**
 * The squared maximum mean discrepancy with the kernel (x·y / width + 1)³: the kernel inception distance of Bińkowski et
 * al. 2018, "Demystifying MMD GANs", in any features. MMD: Gretton et al. 2012, "A Kernel Two-Sample Test", eq. 3.
 *
 * @param a [rows, width] @param b [other rows, width]
 * @throws RangeError with fewer than two rows, or for different widths
 */
export function kernelDistance(a: Tensor, b: Tensor): KernelDistance {
  const [x, y] = comparableRows(a, b, 2);
  const [n, m] = [x.count, y.count];
  const [xx, yy] = [sumsWithin(x), sumsWithin(y)];
  const between = (2 * sumBetween(x, y)) / (n * m);
  return {
    unbiased: xx.others / (n * (n - 1)) + yy.others / (m * (m - 1)) - between,
    biased: (xx.others + xx.own) / n ** 2 + (yy.others + yy.own) / m ** 2 - between,
  };
}

const kernel = (a: Rows, i: number, b: Rows, j: number): number => (dotProduct(a, i, b, j) / a.width + 1) ** 3;

/** A set's kernel with itself, summed: each row with itself, and with the others. No matrix is held. */
function sumsWithin(rows: Rows): { readonly own: number; readonly others: number } {
  let [own, others] = [0, 0];
  for (let i = 0; i < rows.count; i++) {
    let line = 0;
    for (let j = i + 1; j < rows.count; j++) line += kernel(rows, i, rows, j);
    own += kernel(rows, i, rows, i);
    others += 2 * line;
  }
  return { own, others };
}

function sumBetween(a: Rows, b: Rows): number {
  let sum = 0;
  for (let i = 0; i < a.count; i++) {
    let line = 0;
    for (let j = 0; j < b.count; j++) line += kernel(a, i, b, j);
    sum += line;
  }
  return sum;
}
