import type { Node } from '../node.js';
import { applyComparison, comparison } from './comparison.js';

export const greaterOperator = comparison('greater', 'Greater');

/** a > b, element by element, as bool. */
export const greater = (a: Node | number, b: Node | number): Node => applyComparison(greaterOperator, a, b);
