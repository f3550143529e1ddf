import type { Node } from '../node.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';
import { applyUnary, unary } from './elementwise.js';

/** The hyperbolic tangent. d tanh x = (1 − tanh² x) dx. */
export const tanhOperator = unary({
  name: 'tanh',
  onnx: 'Tanh',
  gradient: (_x, cotangent, output) => multiply(cotangent, subtract(1, multiply(output, output))),
});

export const tanh = (x: Node | number): Node => applyUnary(tanhOperator, x);
