import type { Node } from '../../node.js';
import { equal } from '../../operators/equal.js';
import type { ReductionOptions } from '../../operators/reduction.js';
import { sqrt } from '../../operators/sqrt.js';
import { sum } from '../../operators/sum.js';
import { where } from '../../operators/where.js';
import { square } from '../arithmetic/square.js';

/** √Σx² over `axes` (all by default). Its gradient x/‖x‖ is 0 where the norm is, as in PyTorch. */
export function l2Norm(x: Node, axes?: readonly number[], options?: ReductionOptions): Node {
  const squares = sum(square(x), axes, options);
  const isZero = equal(squares, 0);
  return where(isZero, 0, sqrt(where(isZero, 1, squares)));
}
