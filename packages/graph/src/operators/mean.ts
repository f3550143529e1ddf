import { sizeOf } from '@ungrain/core';
import type { Node } from '../node.js';
import { expand } from './expand.js';
import { multiply } from './multiply.js';
import { applyReduction, reduction, type ReductionOptions } from './reduction.js';

/** The average over dimensions: Σx / n, so each element's derivative is 1/n. */
export const meanOperator = reduction({
  name: 'mean',
  onnx: 'ReduceMean',
  emptyAllowed: false,
  gradient: ({ x, cotangent, axes }) =>
    expand(multiply(cotangent, 1 / sizeOf(axes.map((axis) => x.shape[axis]!))), x.shape),
});

/** The average of `x` over `axes` (all by default; negative ones count from the back). */
export const mean = (x: Node, axes?: readonly number[], options?: ReductionOptions): Node =>
  applyReduction(meanOperator, x, axes, options);
