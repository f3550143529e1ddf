import type { Node } from '../../node.js';
import { divide } from '../../operators/divide.js';
import { floor } from '../../operators/floor.js';
import { multiply } from '../../operators/multiply.js';
import { subtract } from '../../operators/subtract.js';

/** x − d·⌊x/d⌋: what is left of x after whole multiples of d, with the sign of d (Python's %, not C's). */
export const remainder = (x: Node, divisor: Node | number): Node =>
  subtract(x, multiply(divisor, floor(divide(x, divisor))));
