import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';

/** −x. */
export const negateOperator = unary({
  name: 'negate',
  onnx: 'Neg',
  gradient: (_x, cotangent) => negate(cotangent),
});

export const negate = (x: Node | number): Node => applyUnary(negateOperator, x);
