import { exp } from './exp.js';
import { multiply } from './multiply.js';
import { negate } from './negate.js';
import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** The error function. d erf(x) = 2/√π · exp(−x²) dx. */
export const erfOperator = unary({
  name: 'erf',
  onnx: 'Erf',
  gradient: (x, cotangent) => multiply(cotangent, multiply(exp(negate(multiply(x, x))), 2 / Math.sqrt(Math.PI))),
});

export const erf = (x: Node | number): Node => applyUnary(erfOperator, x);
