import type { Node } from '../../node.js';
import { log } from '../../operators/log.js';
import { multiply } from '../../operators/multiply.js';

/** The logarithm to base 2: ln x / ln 2. */
export const log2 = (x: Node): Node => multiply(log(x), Math.LOG2E);
