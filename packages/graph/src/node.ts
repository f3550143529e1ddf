import { formatShape, type Shape } from '@ungrain/core';
import type { Operator } from './operator.js';

/** Element types inside a graph. int64 is for indices and labels, bool for masks; only float32 has gradients. */
export type NodeDType = 'float32' | 'int64' | 'bool';

interface NodeBase {
  readonly dtype: NodeDType;
  readonly shape: Shape;
}

/** A value handed in at each run. */
export interface InputNode extends NodeBase {
  readonly kind: 'input';
  readonly name: string;
}

/** A value that lives in the engine's store between runs: a weight, a moment, a running statistic. Always float32. */
export interface StateNode extends NodeBase {
  readonly kind: 'state';
  readonly name: string;
}

export interface ConstantNode extends NodeBase {
  readonly kind: 'constant';
  readonly data: Float32Array | BigInt64Array | Uint8Array;
}

export interface OperationNode extends NodeBase {
  readonly kind: 'operation';
  readonly operator: Operator;
  readonly inputs: readonly Node[];
  readonly attributes: object;
}

/** A value in a graph. Shapes are static; nodes are immutable and compared by identity. */
export type Node = InputNode | StateNode | ConstantNode | OperationNode;

export const input = (name: string, shape: Shape, dtype: NodeDType = 'float32'): InputNode => ({
  kind: 'input',
  name,
  shape,
  dtype,
});

export const state = (name: string, shape: Shape): StateNode => ({ kind: 'state', name, shape, dtype: 'float32' });

export const constant = (data: Float32Array | readonly number[], shape: Shape): ConstantNode => ({
  kind: 'constant',
  data: data instanceof Float32Array ? data : Float32Array.from(data),
  shape,
  dtype: 'float32',
});

export const scalar = (value: number): ConstantNode => constant([value], []);

/** Indices or labels known when the graph is built. */
export const integers = (values: readonly number[], shape: Shape = [values.length]): ConstantNode => ({
  kind: 'constant',
  data: BigInt64Array.from(values, BigInt),
  shape,
  dtype: 'int64',
});

/** A mask known when the graph is built. */
export const booleans = (values: readonly boolean[], shape: Shape = [values.length]): ConstantNode => ({
  kind: 'constant',
  data: Uint8Array.from(values, Number),
  shape,
  dtype: 'bool',
});

/** A number stands for a scalar constant wherever a node is asked for. */
export const toNode = (value: Node | number): Node => (typeof value === 'number' ? scalar(value) : value);

/** How error messages name a node: `'down1.conv.weight' [64, 64, 3, 3]` or `gelu [8, 64, 28, 28]`. */
export function describeNode(node: Node): string {
  const name =
    node.kind === 'operation' ? node.operator.name : node.kind === 'constant' ? 'constant' : `'${node.name}'`;
  return `${name} ${formatShape(node.shape)}`;
}
