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
 * dy · (Φ(x) + x·φ(x)), written with z = x/√2 as ½·dy · [(1 + erf z) + z·exp(ln(2/√π) − z²)], which needs few passes over
 * memory.
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
    const erf = emit.node('Add', [emit.node('Erf', [z]), emit.float(1)]);
    const density = emit.node('Exp', [
      emit.node('Sub', [emit.float(Math.log(2 / Math.sqrt(Math.PI))), emit.node('Mul', [z, z])]),
    ]);
    const slope = emit.node('Add', [emit.node('Mul', [density, z]), erf]);
    return emit.node('Mul', [emit.node('Mul', [slope, cotangent!]), emit.float(0.5)]);
  },
};

const geluGradient = (x: Node, cotangent: Node): Node => apply(geluGradientOperator, [x, cotangent], {});

export const gelu = (x: Node): Node => applyUnary(geluOperator, x);
