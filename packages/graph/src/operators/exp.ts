import { multiply } from './multiply.js';
import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** eˣ. Its derivative is itself. */
export const expOperator = unary({
  name: 'exp',
  onnx: 'Exp',
  gradient: (_x, cotangent, output) => multiply(cotangent, output),
});

export const exp = (x: Node | number): Node => applyUnary(expOperator, x);
