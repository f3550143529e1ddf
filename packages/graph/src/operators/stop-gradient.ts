import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** x itself, as a constant to differentiation: no gradient flows. */
export const stopGradientOperator = unary({
  name: 'stopGradient',
  onnx: 'Identity',
});

export const stopGradient = (x: Node | number): Node => applyUnary(stopGradientOperator, x);
