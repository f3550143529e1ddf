import type { Node } from '../node.js';
import { multiply } from './multiply.js';
import { sign } from './sign.js';
import { applyUnary, unary } from './elementwise.js';

/** |x|. Its derivative is the sign of x, and 0 at 0. */
export const absOperator = unary({
  name: 'abs',
  onnx: 'Abs',
  gradient: (x, cotangent) => multiply(cotangent, sign(x)),
});

export const abs = (x: Node | number): Node => applyUnary(absOperator, x);
