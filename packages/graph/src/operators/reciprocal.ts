import type { Node } from '../node.js';
import { multiply } from './multiply.js';
import { negate } from './negate.js';
import { applyUnary, unary } from './elementwise.js';

/** 1/x. d(1/x) = −dx / x². */
export const reciprocalOperator = unary({
  name: 'reciprocal',
  onnx: 'Reciprocal',
  gradient: (_x, cotangent, output) => negate(multiply(cotangent, multiply(output, output))),
});

export const reciprocal = (x: Node | number): Node => applyUnary(reciprocalOperator, x);
