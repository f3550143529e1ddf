import type { Node } from '../node.js';
import { cast } from './cast.js';
import { divide } from './divide.js';
import { equal } from './equal.js';
import { multiply } from './multiply.js';
import { applyReduction, reduction, type ReductionGradient, type ReductionOptions } from './reduction.js';
import { subtract } from './subtract.js';
import { sum } from './sum.js';
import { where } from './where.js';

/** Π over dimensions. ∂Π/∂xᵢ is the product of the other elements. */
export const prodOperator = reduction({
  name: 'prod',
  onnx: 'ReduceProd',
  emptyAllowed: true,
  gradient: ({ x, cotangent, axes }) => multiply(cotangent, productOfOthers(x, axes)),
});

/**
 * For each element the product of the others it is reduced with. Dividing Π by xᵢ would do if there were no zeros; so
 * the non-zero elements are multiplied and divided alone, and the result is 0 wherever another element is 0.
 */
function productOfOthers(x: Node, axes: ReductionGradient['axes']): Node {
  const isZero = equal(x, 0);
  const zeros = cast(isZero);
  const otherZeros = subtract(sum(zeros, axes, { keepDims: true }), zeros);
  const nonZero = where(isZero, 1, x);
  return where(equal(otherZeros, 0), divide(prod(nonZero, axes, { keepDims: true }), nonZero), 0);
}

/** Π of `x` over `axes` (all by default; negative ones count from the back). */
export const prod = (x: Node, axes?: readonly number[], options?: ReductionOptions): Node =>
  applyReduction(prodOperator, x, axes, options);
