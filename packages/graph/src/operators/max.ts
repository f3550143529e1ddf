import type { Node } from '../node.js';
import { applyReduction, reduction, type ReductionOptions } from './reduction.js';
import { shareAmongTies } from './ties.js';

/** The largest element over dimensions. Elements that tie for it share its cotangent equally, as PyTorch's amax. */
export const maxOperator = reduction({
  name: 'max',
  onnx: 'ReduceMax',
  emptyAllowed: false,
  gradient: (context) => shareAmongTies(context),
});

/** The largest of `x` over `axes` (all by default; negative ones count from the back). */
export const max = (x: Node, axes?: readonly number[], options?: ReductionOptions): Node =>
  applyReduction(maxOperator, x, axes, options);
