import type { Node } from '../../node.js';
import { multiply } from '../../operators/multiply.js';

/** x². */
export const square = (x: Node): Node => multiply(x, x);
