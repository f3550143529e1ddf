import type { Node } from '../node.js';
import { apply } from '../operator.js';
import { logical } from './logical.js';

export const orOperator = logical('or', 'Or');

/** At least one is true. */
export const or = (a: Node, b: Node): Node => apply(orOperator, [a, b], {});
