import type { Tensor } from '@ungrain/core';
import { comparableRows, squaredDistance, type Rows } from './rows.js';

/**
 * 2·E|a − b| − E|a − a'| − E|b − b'| with Euclidean distances, a row's distance to itself included: Székely & Rizzo 2013,
 * "Energy statistics: a class of statistics based on distances", eq. 5. Unlike the Fréchet distance it is 0 only for
 * equal distributions.
 *
 * @param a [rows, width] @param b [other rows, width]
 * @throws RangeError without rows, or for different widths
 */
export function energyDistance(a: Tensor, b: Tensor): number {
  const [x, y] = comparableRows(a, b);
  return 2 * meanDistance(x, y) - meanDistance(x, x) - meanDistance(y, y);
}

function meanDistance(a: Rows, b: Rows): number {
  let sum = 0;
  for (let i = 0; i < a.count; i++) {
    let line = 0;
    for (let j = 0; j < b.count; j++) line += Math.sqrt(squaredDistance(a, i, b, j));
    sum += line;
  }
  return sum / (a.count * b.count);
}
