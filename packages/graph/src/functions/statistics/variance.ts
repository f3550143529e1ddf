import { sizeOf } from '@ungrain/core';
import type { Node } from '../../node.js';
import { mean } from '../../operators/mean.js';
import { multiply } from '../../operators/multiply.js';
import { reductionAxes, type ReductionOptions } from '../../operators/reduction.js';
import { sqrt } from '../../operators/sqrt.js';
import { subtract } from '../../operators/subtract.js';
import { sum } from '../../operators/sum.js';
import { square } from '../arithmetic/square.js';

export interface VarianceOptions extends ReductionOptions {
  /** What is subtracted from the number of elements: 1 estimates a population's variance from a sample, 0 takes it as it is. */
  readonly correction?: number;
}

/** Σ(x − mean)² / (n − correction) over `axes` (all by default), with the deviations computed after the mean. */
export function variance(
  x: Node,
  axes?: readonly number[],
  { correction = 1, keepDims = false }: VarianceOptions = {},
) {
  const over = reductionAxes('variance', x, axes);
  const deviation = subtract(x, mean(x, over, { keepDims: true }));
  const count = sizeOf(over.map((axis) => x.shape[axis]!));
  return multiply(sum(square(deviation), over, { keepDims }), 1 / (count - correction));
}

/** The square root of the variance. */
export const standardDeviation = (x: Node, axes?: readonly number[], options?: VarianceOptions): Node =>
  sqrt(variance(x, axes, options));
