import { UngrainError, type Shape } from '@ungrain/core';
import { apply, refuse, requireFloat, type GradientContext, type Operator } from '../operator.js';
import { toNode, type Node, type OperationNode } from '../node.js';
import type { Emitter } from '../onnx/emitter.js';
import { reshape } from './reshape.js';
import { sum } from './sum.js';

/** What differs between elementwise operators of one operand: the ONNX operator and the derivative. */
export interface UnaryRule {
  readonly name: string;
  /** The ONNX operator, or how to write the function with several. */
  readonly onnx: string | ((emit: Emitter, x: string) => string);
  /** cotangent · f′(x). Left out for piecewise constant functions. */
  readonly gradient?: (x: Node, cotangent: Node, output: OperationNode) => Node;
}

/** An elementwise operator y = f(x). */
export function unary({ name, onnx, gradient }: UnaryRule): Operator {
  return {
    name,
    elementwise: true,
    infer: (inputs) => {
      requireFloat(name, inputs);
      return { shape: inputs[0]!.shape };
    },
    ...(gradient && { gradient: ({ inputs, cotangent, node }) => [gradient(inputs[0]!, cotangent, node)] }),
    onnx: (emit, inputs) => (typeof onnx === 'string' ? emit.node(onnx, inputs) : onnx(emit, inputs[0]!)),
  };
}

/** What differs between broadcasting operators of two operands. */
export interface BinaryRule {
  readonly name: string;
  readonly onnx: string;
  /** The cotangents of both operands, still of the output's shape: they are summed over broadcast dimensions here. */
  readonly gradient: (context: GradientContext<object>) => readonly [Node | null, Node | null];
}

/** An elementwise operator of two operands with NumPy's broadcasting. */
export function binary({ name, onnx, gradient }: BinaryRule): Operator {
  return {
    name,
    elementwise: true,
    infer: (inputs) => {
      requireFloat(name, inputs);
      return { shape: broadcastShape(name, inputs) };
    },
    gradient: (context) =>
      gradient(context).map((flow, i) => (flow ? sumToShape(flow, context.inputs[i]!.shape) : null)),
    onnx: (emit, inputs) => emit.node(onnx, inputs),
  };
}

export const applyUnary = (operator: Operator, x: Node | number): OperationNode => apply(operator, [toNode(x)], {});
export const applyBinary = (operator: Operator, a: Node | number, b: Node | number): OperationNode =>
  apply(operator, [toNode(a), toNode(b)], {});

/**
 * The shape that all operands (or only some dimensions of them, `shapes`) are broadcast to.
 * @throws UngrainError `bad-operand` if two sizes differ and neither is 1
 */
export function broadcastShape(
  operator: string,
  inputs: readonly Node[],
  shapes: readonly Shape[] = inputs.map((node) => node.shape),
): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, i) => {
    const sizes = shapes.map((shape) => shape[i - (rank - shape.length)] ?? 1);
    const size = sizes.find((n) => n !== 1) ?? 1;
    if (sizes.some((n) => n !== 1 && n !== size))
      throw refuse(operator, inputs, 'these shapes cannot be broadcast together');
    return size;
  });
}

/** The adjoint of broadcasting: sums `x` over the dimensions in which `shape` was repeated. */
export function sumToShape(x: Node, shape: Shape): Node {
  const extra = x.shape.length - shape.length;
  if (extra < 0) throw new UngrainError('bad-operand', 'A sum cannot add dimensions.');
  const axes = x.shape.flatMap((size, i) => (i < extra || (shape[i - extra] === 1 && size !== 1) ? [i] : []));
  const summed = axes.length === 0 ? x : sum(x, axes, { keepDims: true });
  return extra === 0 ? summed : reshape(summed, shape);
}
