import { divide } from './divide.js';
import { multiply } from './multiply.js';
import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** √x. d√x = dx / (2√x). */
export const sqrtOperator = unary({
  name: 'sqrt',
  onnx: 'Sqrt',
  gradient: (_x, cotangent, output) => divide(cotangent, multiply(output, 2)),
});

export const sqrt = (x: Node | number): Node => applyUnary(sqrtOperator, x);
