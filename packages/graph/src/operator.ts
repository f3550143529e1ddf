import { formatShape, sameShape, UngrainError, type Shape } from '@ungrain/core';
import { describeNode, type Node, type NodeDType, type OperationNode } from './node.js';
import type { Emitter } from './onnx/emitter.js';

/** What the gradient rule of an operator is given. */
export interface GradientContext<A> {
  readonly node: OperationNode;
  readonly inputs: readonly Node[];
  readonly attributes: A;
  /** The gradient of the loss with respect to the operator's output; has its shape. */
  readonly cotangent: Node;
}

/** One rule of the operator table. An operator has one output; its attributes are plain data. */
export interface Operator<A extends object = object> {
  readonly name: string;
  /** Acts on each element by itself (after broadcasting), so that the order of the elements does not matter to it. */
  readonly elementwise?: true;
  /** The output's shape and dtype. @throws UngrainError `bad-operand` on inputs that do not fit: see `refuse`. */
  infer(inputs: readonly Node[], attributes: A): { readonly shape: Shape; readonly dtype?: NodeDType };
  /** The cotangent of each input; null where none flows. Left out where the operator is piecewise constant. */
  gradient?(context: GradientContext<A>): readonly (Node | null)[];
  /** Why there is no gradient rule although the operator is not piecewise constant: asking for its gradient throws. */
  readonly noGradient?: string;
  /** Writes ONNX nodes and returns the name of the result. */
  onnx(emit: Emitter, inputs: readonly string[], node: OperationNode, attributes: A): string;
}

/** A node that applies `operator`; the only way in which operation nodes are made. */
export function apply<A extends object>(operator: Operator<A>, inputs: readonly Node[], attributes: A): OperationNode {
  const { shape, dtype = 'float32' } = operator.infer(inputs, attributes);
  return { kind: 'operation', operator: operator, inputs, attributes, shape, dtype };
}

/** The error of a shape rule: names the operator and every operand with its shape. */
export function refuse(operator: string, inputs: readonly Node[], reason: string): UngrainError {
  return new UngrainError('bad-operand', `${operator}(${inputs.map(describeNode).join(', ')}): ${reason}.`);
}

/** Refuses operands of another dtype than float32. */
export function requireFloat(operator: string, inputs: readonly Node[]): void {
  for (const node of inputs)
    if (node.dtype !== 'float32') throw refuse(operator, inputs, `${describeNode(node)} is ${node.dtype}, not float32`);
}

/** Refuses an operand of another rank. */
export function requireRank(operator: string, inputs: readonly Node[], index: number, rank: number): void {
  const node = inputs[index];
  if (node?.shape.length !== rank)
    throw refuse(
      operator,
      inputs,
      `operand ${index + 1} needs ${rank} dimensions, not ${node?.shape.length ?? 'none'}`,
    );
}

/** Refuses an operand of another shape. */
export function requireShape(operator: string, inputs: readonly Node[], index: number, shape: Shape): void {
  const node = inputs[index];
  if (!node || !sameShape(node.shape, shape))
    throw refuse(operator, inputs, `operand ${index + 1} needs shape ${formatShape(shape)}`);
}

/** A dimension counted from the front; negative ones count from the back. */
export function axisOf(operator: string, inputs: readonly Node[], axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || positive < 0 || positive >= rank)
    throw refuse(operator, inputs, `there is no dimension ${axis} among ${rank}`);
  return positive;
}
