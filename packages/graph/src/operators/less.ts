import type { Node } from '../node.js';
import { applyComparison, comparison } from './comparison.js';

export const lessOperator = comparison('less', 'Less');

/** a < b, element by element, as bool. */
export const less = (a: Node | number, b: Node | number): Node => applyComparison(lessOperator, a, b);
