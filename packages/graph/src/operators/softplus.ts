import type { Node } from '../node.js';
import { multiply } from './multiply.js';
import { sigmoid } from './sigmoid.js';
import { applyUnary, unary } from './elementwise.js';

/** ln(1 + eˣ), without overflow. Its derivative is the logistic function. */
export const softplusOperator = unary({
  name: 'softplus',
  onnx: 'Softplus',
  gradient: (x, cotangent) => multiply(cotangent, sigmoid(x)),
});

export const softplus = (x: Node | number): Node => applyUnary(softplusOperator, x);
