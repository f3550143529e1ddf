import type { Node } from '../node.js';
import { cos } from './cos.js';
import { multiply } from './multiply.js';
import { applyUnary, unary } from './elementwise.js';

/** The sine of an angle in radians. d sin x = cos x dx. */
export const sinOperator = unary({
  name: 'sin',
  onnx: 'Sin',
  gradient: (x, cotangent) => multiply(cotangent, cos(x)),
});

export const sin = (x: Node | number): Node => applyUnary(sinOperator, x);
