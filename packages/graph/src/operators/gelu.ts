import type { Node } from '../node.js';
import { apply, requireFloat, requireShape, type Operator } from '../operator.js';
import { applyUnary, unary } from './elementwise.js';

/** The Gaussian error linear unit, x·Φ(x) with the exact Φ (Hendrycks & Gimpel, 2016; PyTorch's default). */
export const geluOperator = unary({
  name: 'gelu',
  onnx: 'Gelu',
  gradient: (x, cotangent) => geluGradient(x, cotangent),
});

/**
 * dy · (Φ(x) + x·φ(x)), written with z = x/√2 as dy · [Φ + z / exp(z² + ln √π)], which needs few passes over memory. Where
 * the exponential overflows the quotient is zero, as it should be.
 */
export const geluGradientOperator: Operator = {
  name: 'geluGradient',
  elementwise: true,
  infer: (inputs) => {
    requireFloat('geluGradient', inputs);
    requireShape('geluGradient', inputs, 1, inputs[0]!.shape);
    return { shape: inputs[0]!.shape };
  },
  noGradient: 'its second derivative is not implemented',
  onnx: (emit, [x, cotangent]) => {
    const z = emit.node('Mul', [x!, emit.float(Math.SQRT1_2)]);
    const square = emit.node('Add', [emit.node('Mul', [z, z]), emit.float(Math.log(Math.sqrt(Math.PI)))]);
    const density = emit.node('Div', [z, emit.node('Exp', [square])]);
    const half = { float: 0.5 };
    const cumulative = emit.node('HardSigmoid', [emit.node('Erf', [z])], { alpha: half, beta: half }); // ½ + ½·erf z
    return emit.node('Mul', [emit.node('Add', [density, cumulative]), cotangent!]);
  },
};

const geluGradient = (x: Node, cotangent: Node): Node => apply(geluGradientOperator, [x, cotangent], {});

export const gelu = (x: Node): Node => applyUnary(geluOperator, x);
