import { sizeOf } from '@ungrain/core';
import { topological, type Graph } from './graph.js';
import type { Node, OperationNode } from './node.js';
import { WIDENED_ELEMENTS } from './onnx/emitter.js';

/** What running a graph once takes, from its shapes alone. Weights and other states are not counted as memory. */
export interface GraphCost {
  /** The most bytes that intermediate results and outputs take at one time, if each is freed after its last use. */
  readonly peakBytes: number;
  /** The most bytes that one operator's states take as float32, of those that are kept in another type. */
  readonly convertedBytes: number;
  /** The most bytes that one convolution takes to unfold an image. */
  readonly unfoldedBytes: number;
  /** Multiplications (each with its addition) in convolutions. */
  readonly convolutions: number;
  /** Those in matrix products. */
  readonly matrixProducts: number;
  /** Bytes that all other operators read and write. */
  readonly movedBytes: number;
}

export interface GraphCostOptions {
  /** Is a state kept in another type, so that a copy in float32 is made for each use? None by default. */
  readonly converted?: (state: string) => boolean;
}

const BYTES = { float32: 4, int64: 8, bool: 1 } as const;

/** Give another shape to what is in memory already. */
const IN_PLACE: ReadonlySet<string> = new Set(['reshape', 'stopGradient']);

/** Bytes of a state that are converted at a time, by the operator, if not all. */
const CONVERTED: Readonly<Record<string, (state: Node) => number>> = {
  gather: () => 0, // what it picks is its result
  linear: (state) => Math.min(bytesOf(state), BYTES.float32 * WIDENED_ELEMENTS),
};

/** Multiplications of one application, by operator: those of one element of the output times their number. */
const MULTIPLICATIONS: Readonly<Record<string, (node: OperationNode) => number>> = {
  conv2d: ({ shape, inputs: [, weight] }) => sizeOf(shape) * sizeOf(weight!.shape.slice(1)),
  convTranspose2d: ({ inputs: [x, weight] }) => sizeOf(x!.shape) * sizeOf(weight!.shape.slice(1)),
  matmul: ({ shape, inputs: [a] }) => sizeOf(shape) * a!.shape.at(-1)!,
  linear: ({ shape, inputs: [x] }) => sizeOf(shape) * x!.shape.at(-1)!,
};
const CONVOLUTIONS: ReadonlySet<string> = new Set(['conv2d', 'convTranspose2d']);

/**
 * Bytes of the image that a convolution of several pixels unfolds, [channels · kernel, pixels]: ONNX Runtime does so whole where
 * there are more filters than pixels, and piece by piece elsewhere.
 */
function bytesToUnfold({ operator, inputs: [, weight], shape }: OperationNode): number {
  if (operator.name !== 'conv2d') return 0;
  const [filters = 1, ...patch] = weight!.shape;
  const pixels = sizeOf(shape.slice(2));
  return filters > pixels && sizeOf(patch.slice(1)) > 1 ? BYTES.float32 * sizeOf(patch) * pixels : 0;
}

const bytesOf = ({ shape, dtype }: Node): number => sizeOf(shape) * BYTES[dtype];

export function graphCost({ outputs, updates }: Graph, { converted = () => false }: GraphCostOptions = {}): GraphCost {
  const roots = [...outputs.values(), ...updates.values()];
  const order = topological(roots).filter((node): node is OperationNode => node.kind === 'operation');
  const lastUse = new Map<Node, number>();
  order.forEach((node, i) => node.inputs.forEach((operand) => lastUse.set(owner(operand), i)));
  roots.forEach((root) => lastUse.set(owner(root), Infinity));

  let [live, peakBytes, convertedBytes, unfoldedBytes, convolutions, matrixProducts, movedBytes] = [
    0, 0, 0, 0, 0, 0, 0,
  ];
  order.forEach((node, i) => {
    const operands = [...new Set(node.inputs.map(owner))];
    const multiplications = MULTIPLICATIONS[node.operator.name]?.(node);
    if (multiplications === undefined) {
      if (!IN_PLACE.has(node.operator.name))
        movedBytes += node.inputs.reduce((sum, operand) => sum + bytesOf(operand), bytesOf(node));
    } else if (CONVOLUTIONS.has(node.operator.name)) convolutions += multiplications;
    else matrixProducts += multiplications;

    const widened = operands
      .filter((operand) => operand.kind === 'state' && converted(operand.name))
      .reduce((sum, operand) => sum + (CONVERTED[node.operator.name]?.(operand) ?? bytesOf(operand)), 0);
    convertedBytes = Math.max(convertedBytes, widened);
    const freed = operands.filter((operand) => operand.kind === 'operation' && lastUse.get(operand) === i);
    const made = IN_PLACE.has(node.operator.name) ? 0 : bytesOf(node);
    const reused = node.operator.elementwise && freed.some((operand) => bytesOf(operand) === made) ? made : 0;
    peakBytes = Math.max(peakBytes, live + made - reused + widened);
    unfoldedBytes = Math.max(unfoldedBytes, bytesToUnfold(node));
    live += made - freed.reduce((sum, operand) => sum + bytesOf(operand), 0);
  });
  return { peakBytes, convertedBytes, unfoldedBytes, convolutions, matrixProducts, movedBytes };
}

/** The node whose memory a value lies in. */
function owner(node: Node): Node {
  while (node.kind === 'operation' && IN_PLACE.has(node.operator.name)) node = node.inputs[0]!;
  return node;
}
