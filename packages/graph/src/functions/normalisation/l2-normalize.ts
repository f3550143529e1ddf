import type { Node } from '../../node.js';
import { clamp } from '../../operators/clamp.js';
import { divide } from '../../operators/divide.js';
import { l2Norm } from '../statistics/l2-norm.js';

/** x / max(‖x‖₂, ε) along `axis`. */
export const l2Normalize = (x: Node, axis = 1, epsilon = 1e-12): Node =>
  divide(x, clamp(l2Norm(x, [axis], { keepDims: true }), { min: epsilon }));
