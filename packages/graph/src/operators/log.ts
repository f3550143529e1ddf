import { divide } from './divide.js';
import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** The natural logarithm. d ln x = dx / x. */
export const logOperator = unary({
  name: 'log',
  onnx: 'Log',
  gradient: (x, cotangent) => divide(cotangent, x),
});

export const log = (x: Node | number): Node => applyUnary(logOperator, x);
