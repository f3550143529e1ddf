import type { Node } from '../node.js';
import { multiply } from './multiply.js';
import { subtract } from './subtract.js';
import { applyUnary, unary } from './elementwise.js';

/** The logistic function s = 1 / (1 + e⁻ˣ). ds = s(1 − s) dx. */
export const sigmoidOperator = unary({
  name: 'sigmoid',
  onnx: 'Sigmoid',
  gradient: (_x, cotangent, output) => multiply(cotangent, multiply(output, subtract(1, output))),
});

export const sigmoid = (x: Node | number): Node => applyUnary(sigmoidOperator, x);
