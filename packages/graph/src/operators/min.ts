import type { Node } from '../node.js';
import { applyReduction, reduction, type ReductionOptions } from './reduction.js';
import { shareAmongTies } from './ties.js';

/** The smallest element over dimensions. Elements that tie for it share its cotangent equally, as PyTorch's amin. */
export const minOperator = reduction({
  name: 'min',
  onnx: 'ReduceMin',
  emptyAllowed: false,
  gradient: (context) => shareAmongTies(context),
});

/** The smallest of `x` over `axes` (all by default; negative ones count from the back). */
export const min = (x: Node, axes?: readonly number[], options?: ReductionOptions): Node =>
  applyReduction(minOperator, x, axes, options);
