import type { Node } from '../node.js';
import { add } from './add.js';
import { divide } from './divide.js';
import { multiply } from './multiply.js';
import { applyUnary, unary } from './elementwise.js';

/** The arc tangent, in radians. d atan x = dx / (1 + x²). */
export const atanOperator = unary({
  name: 'atan',
  onnx: 'Atan',
  gradient: (x, cotangent) => divide(cotangent, add(multiply(x, x), 1)),
});

export const atan = (x: Node | number): Node => applyUnary(atanOperator, x);
