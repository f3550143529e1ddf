import type { Node } from '../node.js';
import { applyComparison, comparison } from './comparison.js';

export const lessOrEqualOperator = comparison('lessOrEqual', 'LessOrEqual');

/** a ≤ b, element by element, as bool. */
export const lessOrEqual = (a: Node | number, b: Node | number): Node => applyComparison(lessOrEqualOperator, a, b);
