import type { Tensor } from '@ungrain/core';
import { comparableRows, squaredDistance, type Rows } from './rows.js';

/** How far two sets cover each other. A point's ball reaches to its k-th nearest neighbour in its own set. */
export interface PrecisionRecall {
  /** The share of generated images inside any real image's ball: do they look real? */
  readonly precision: number;
  /** The share of real images inside any generated image's ball: is everything that is real generated too? */
  readonly recall: number;
  /** In how many real balls a generated image lies, divided by k, on average. May be above 1. */
  readonly density: number;
  /** The share of real images with a generated image in their ball. */
  readonly coverage: number;
}

/**
 * Precision and recall as Kynkäänniemi et al. 2019 improve them ("Improved Precision and Recall Metric for Assessing
 * Generative Models", eq. 1 and 2), density and coverage as in Naeem et al. 2020 ("Reliable Fidelity and Diversity
 * Metrics for Generative Models", eq. 3 and 4), with Euclidean balls that contain their edge. All depend on the numbers
 * of rows, so compare them at equal numbers.
 *
 * @param real [rows, width] @param generated [other rows, width] @param k which neighbour a ball reaches to, from 1
 * @throws RangeError with no more than k rows, or for different widths
 */
export function precisionRecall(real: Tensor, generated: Tensor, k: number): PrecisionRecall {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`The neighbour k is a whole number from 1, not ${k}.`);
  const [a, b] = comparableRows(real, generated, k + 1);
  const [radiiA, radiiB] = [squaredRadii(a, k), squaredRadii(b, k)];
  const recalled = new Uint8Array(a.count);
  const covered = new Uint8Array(a.count);
  let [precise, dense] = [0, 0];
  for (let j = 0; j < b.count; j++) {
    let balls = 0;
    for (let i = 0; i < a.count; i++) {
      const distance = squaredDistance(a, i, b, j);
      if (distance <= radiiB[j]!) recalled[i] = 1;
      if (distance > radiiA[i]!) continue;
      covered[i] = 1;
      balls++;
    }
    dense += balls;
    if (balls > 0) precise++;
  }
  const share = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0) / a.count;
  return {
    precision: precise / b.count,
    recall: share(recalled),
    density: dense / (k * b.count),
    coverage: share(covered),
  };
}

/** The squared distance of each row to its k-th nearest other row, duplicates counted. Each pair is looked at once. */
function squaredRadii(rows: Rows, k: number): Float64Array {
  const nearest = Array.from({ length: rows.count }, () => new Float64Array(k).fill(Infinity));
  for (let i = 0; i < rows.count; i++)
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(rows, i, rows, j);
      insert(nearest[i]!, distance);
      insert(nearest[j]!, distance);
    }
  return Float64Array.from(nearest, (distances) => distances[k - 1]!);
}

/** Keeps an ascending list of the smallest values. */
function insert(smallest: Float64Array, value: number): void {
  let at = smallest.length - 1;
  if (value >= smallest[at]!) return;
  for (; at > 0 && smallest[at - 1]! > value; at--) smallest[at] = smallest[at - 1]!;
  smallest[at] = value;
}
