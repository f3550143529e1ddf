import type { Node } from '../node.js';
import { multiply } from './multiply.js';
import { negate } from './negate.js';
import { sin } from './sin.js';
import { applyUnary, unary } from './elementwise.js';

/** The cosine of an angle in radians. d cos x = −sin x dx. */
export const cosOperator = unary({
  name: 'cos',
  onnx: 'Cos',
  gradient: (x, cotangent) => negate(multiply(cotangent, sin(x))),
});

export const cos = (x: Node | number): Node => applyUnary(cosOperator, x);
