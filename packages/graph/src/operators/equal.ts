import type { Node } from '../node.js';
import { applyComparison, comparison } from './comparison.js';

export const equalOperator = comparison('equal', 'Equal');

/** a = b, element by element, as bool. */
export const equal = (a: Node | number, b: Node | number): Node => applyComparison(equalOperator, a, b);
