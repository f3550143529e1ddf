import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { multiply } from '../../operators/multiply.js';
import { subtract } from '../../operators/subtract.js';

/** a + weight·(b − a): a at weight 0, b at weight 1. */
export const lerp = (a: Node, b: Node, weight: Node | number): Node => add(a, multiply(weight, subtract(b, a)));
