import type { Node } from '../node.js';
import { applyUnary, unary } from './elementwise.js';
import { exp } from './exp.js';
import { multiply } from './multiply.js';

/** eˣ − 1, accurate near 0: written as tanh(x/2)·(eˣ + 1), which cancels nowhere. d(eˣ − 1) = eˣ dx. */
export const expm1Operator = unary({
  name: 'expm1',
  onnx: (emit, x) =>
    emit.node('Mul', [
      emit.node('Tanh', [emit.node('Mul', [x, emit.float(0.5)])]),
      emit.node('Add', [emit.node('Exp', [x]), emit.float(1)]),
    ]),
  gradient: (x, cotangent) => multiply(cotangent, exp(x)),
});

export const expm1 = (x: Node | number): Node => applyUnary(expm1Operator, x);
