import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** The nearest whole number; halves go to the even one. Piecewise constant: no gradient flows. */
export const roundOperator = unary({
  name: 'round',
  onnx: 'Round',
});

export const round = (x: Node | number): Node => applyUnary(roundOperator, x);
