import type { Node } from '../node.js';
import { greater } from './greater.js';
import { where } from './where.js';
import { applyUnary, unary } from './elementwise.js';

/** max(x, 0). Its derivative is 1 above 0 and 0 elsewhere, also at 0. */
export const reluOperator = unary({
  name: 'relu',
  onnx: 'Relu',
  gradient: (x, cotangent) => where(greater(x, 0), cotangent, 0),
});

export const relu = (x: Node | number): Node => applyUnary(reluOperator, x);
