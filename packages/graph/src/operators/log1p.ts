import type { Node } from '../node.js';
import { add } from './add.js';
import { divide } from './divide.js';
import { applyUnary, unary } from './elementwise.js';

/**
 * ln(1 + x), accurate near 0. d ln(1 + x) = dx / (1 + x).
 *
 * With u the rounded 1 + x, the rounding error x − (u − 1) is exact for small x, so ln(1 + x) ≈ ln u + (x − (u − 1)) / u
 * (after Kahan).
 */
export const log1pOperator = unary({
  name: 'log1p',
  onnx: (emit, x) => {
    const one = emit.float(1);
    const u = emit.node('Add', [x, one]);
    const lost = emit.node('Sub', [x, emit.node('Sub', [u, one])]);
    const small = emit.node('Less', [emit.node('Abs', [x]), emit.float(0.5)]); // elsewhere nothing relevant is lost
    const correction = emit.node('Where', [small, emit.node('Div', [lost, u]), emit.float(0)]);
    return emit.node('Add', [emit.node('Log', [u]), correction]);
  },
  gradient: (x, cotangent) => divide(cotangent, add(x, 1)),
});

export const log1p = (x: Node | number): Node => applyUnary(log1pOperator, x);
