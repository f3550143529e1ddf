import type { Node } from '../../node.js';
import { multiply } from '../../operators/multiply.js';
import { softplus } from '../../operators/softplus.js';
import { tanh } from '../../operators/tanh.js';

/** x·tanh(ln(1 + eˣ)) (Misra, 2019). */
export const mish = (x: Node): Node => multiply(x, tanh(softplus(x)));
