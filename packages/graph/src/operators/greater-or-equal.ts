import type { Node } from '../node.js';
import { applyComparison, comparison } from './comparison.js';

export const greaterOrEqualOperator = comparison('greaterOrEqual', 'GreaterOrEqual');

/** a ≥ b, element by element, as bool. */
export const greaterOrEqual = (a: Node | number, b: Node | number): Node =>
  applyComparison(greaterOrEqualOperator, a, b);
