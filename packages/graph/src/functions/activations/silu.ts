import type { Node } from '../../node.js';
import { multiply } from '../../operators/multiply.js';
import { sigmoid } from '../../operators/sigmoid.js';

/** x·σ(x), also called swish (Elfwing et al., 2018). */
export const silu = (x: Node): Node => multiply(x, sigmoid(x));
