import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { greaterOrEqual } from '../../operators/greater-or-equal.js';
import { multiply } from '../../operators/multiply.js';
import { where } from '../../operators/where.js';
import { relu6 } from './relu6.js';

/** x·relu6(x + 3)/6 (Howard et al., 2019). From 3 on it is x itself: the gradient is 1 there and 0 at −3, as in PyTorch. */
export const hardswish = (x: Node): Node =>
  where(greaterOrEqual(x, 3), x, multiply(x, multiply(relu6(add(x, 3)), 1 / 6)));
