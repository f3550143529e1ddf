import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** −1, 0 or 1. Piecewise constant: no gradient flows. */
export const signOperator = unary({
  name: 'sign',
  onnx: 'Sign',
});

export const sign = (x: Node | number): Node => applyUnary(signOperator, x);
