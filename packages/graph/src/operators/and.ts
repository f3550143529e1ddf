import type { Node } from '../node.js';
import { apply } from '../operator.js';
import { logical } from './logical.js';

export const andOperator = logical('and', 'And');

/** Both are true. */
export const and = (a: Node, b: Node): Node => apply(andOperator, [a, b], {});
