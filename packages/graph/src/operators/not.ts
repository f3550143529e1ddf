import type { Node } from '../node.js';
import { apply } from '../operator.js';
import { logical } from './logical.js';

export const notOperator = logical('not', 'Not');

/** True where `x` is false. */
export const not = (x: Node): Node => apply(notOperator, [x], {});
