import type { Node } from '../node.js';
import type { GradientContext } from '../operator.js';
import { add } from './add.js';
import { cast } from './cast.js';
import { divide } from './divide.js';
import { equal } from './equal.js';
import { multiply } from './multiply.js';
import type { ReductionGradient } from './reduction.js';
import { sum } from './sum.js';

/** The cotangent goes to the operand that was chosen: all of it, or half where both are equal. */
export function shareBetweenTies({ inputs: [a, b], cotangent, node }: GradientContext<object>): readonly [Node, Node] {
  const isA = cast(equal(a!, node));
  const isB = cast(equal(b!, node));
  const each = divide(cotangent, add(isA, isB));
  return [multiply(each, isA), multiply(each, isB)];
}

/** cotangent / (number of ties) for each element that equals the result, 0 for the others. */
export function shareAmongTies({ x, y, cotangent, axes }: ReductionGradient): Node {
  const chosen = cast(equal(x, y));
  return multiply(chosen, divide(cotangent, sum(chosen, axes, { keepDims: true })));
}
