import type { Node } from '../node.js';
import { expand } from './expand.js';
import { applyReduction, reduction, type ReductionOptions } from './reduction.js';

/** Σ over dimensions. Its cotangent is repeated over them. */
export const sumOperator = reduction({
  name: 'sum',
  onnx: 'ReduceSum',
  emptyAllowed: true,
  gradient: ({ x, cotangent }) => expand(cotangent, x.shape),
});

/** Σ of `x` over `axes` (all by default; negative ones count from the back). */
export const sum = (x: Node, axes?: readonly number[], options?: ReductionOptions): Node =>
  applyReduction(sumOperator, x, axes, options);
