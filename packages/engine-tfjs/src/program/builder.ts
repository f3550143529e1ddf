import type { Shape } from '@ungrain/core';
import type { ConstantNode, Node, OperationNode } from '@ungrain/graph';
import type { TfTensor, Tensorflow } from '../tensorflow.js';
import { asHeld, FROM_CHANNELS_LAST, isSameInMemory, TO_CHANNELS_LAST } from './layout.js';
import type { Instruction, Kernel, Register } from './program.js';

/** What a call gives: the graph's shape, and how it is held. */
export type Result = Pick<Register, 'shape'> & Partial<Pick<Register, 'channelsLast'>>;

/**
 * What rules write programs with. The same call asked for twice (the same name, registers and attributes) is made once,
 * so a name has to stand for one computation alone. Images change between [N, C, H, W] and [N, H, W, C] only where a
 * rule asks for the other order.
 */
export class Builder {
  readonly instructions: Instruction[] = [];
  readonly constants = new Map<number, ConstantNode>();
  private readonly known = new Map<string, readonly Register[]>();
  /** The same value in the other order. */
  private readonly twins = new Map<number, Register>();
  private readonly registers = new Map<Node, Register>();
  private count = 0;

  constructor(
    private readonly users: ReadonlyMap<Node, readonly OperationNode[]>,
    /** True if TensorFlow's own operations can be called by name. */
    readonly native: boolean,
  ) {}

  get registerCount(): number {
    return this.count;
  }

  /** A register that something else than a call fills. */
  register(shape: Shape): Register {
    return { id: this.count++, shape, channelsLast: false };
  }

  constant(node: ConstantNode): Register {
    const key = node.data.length <= 16 ? `constant ${node.dtype} ${node.shape.join()} ${node.data.join()}` : null;
    const [known] = (key !== null && this.known.get(key)) || [];
    if (known) return known;
    const register = this.register(node.shape);
    this.constants.set(register.id, node);
    if (key !== null) this.known.set(key, [register]);
    return register;
  }

  /** A call with one result. */
  call(
    name: string,
    inputs: readonly Register[],
    result: Result,
    kernel: (tf: Tensorflow, inputs: readonly TfTensor[]) => TfTensor,
    attributes: object = {},
  ): Register {
    return this.calls(name, inputs, [result], (tf, tensors) => [kernel(tf, tensors)], attributes)[0]!;
  }

  /** A call with several results. */
  calls(
    name: string,
    inputs: readonly Register[],
    results: readonly Result[],
    kernel: Kernel,
    attributes: object = {},
  ): readonly Register[] {
    const ids = inputs.map(({ id }) => id);
    const key = JSON.stringify([name, ids, results, attributes]);
    const known = this.known.get(key);
    if (known) return known;
    const outputs = results.map(({ shape, channelsLast = false }) => ({ id: this.count++, shape, channelsLast }));
    this.instructions.push({ name, kernel, inputs: ids, outputs: outputs.map(({ id }) => id) });
    this.known.set(key, outputs);
    return outputs;
  }

  /** The value in the graph's own order of dimensions. */
  plain(x: Register): Register {
    return x.channelsLast ? this.reordered(x, false) : x;
  }

  /** An image [N, C, H, W] held as [N, H, W, C]. */
  image(x: Register): Register {
    return x.channelsLast ? x : this.reordered(x, true);
  }

  /** Operands that broadcast against each other to `rank` dimensions, all in one order: that of the images among them. */
  aligned(inputs: readonly Register[], rank: number): readonly Register[] {
    if (rank !== 4 || !inputs.some(({ channelsLast }) => channelsLast)) return inputs.map((x) => this.plain(x));
    return inputs.map((x) =>
      x.shape.length === 0
        ? x
        : this.image(this.reshape(x, [...new Array<number>(4 - x.shape.length).fill(1), ...x.shape])),
    );
  }

  /** The same elements in another shape. */
  reshape(x: Register, shape: Shape): Register {
    if (x.shape.length === shape.length && x.shape.every((size, i) => size === shape[i])) return x;
    const held = x.channelsLast && isSameInMemory(x.shape) ? x : this.plain(x);
    return this.call('reshape', [held], { shape }, (tf, [tensor]) => tf.reshape(tensor!, [...shape]));
  }

  /** The register of a node that was lowered, or that needs no lowering. */
  set(node: Node, register: Register): void {
    this.registers.set(node, register);
  }

  of(node: Node): Register {
    return this.registers.get(node)!;
  }

  /**
   * An operation of this name that takes `operand` as input number `position`, if all that it takes is known already:
   * something that is computed anyway, and gives what another rule needs besides.
   */
  companion(name: string, operand: Node, position: number): OperationNode | undefined {
    return this.users
      .get(operand)
      ?.find(
        ({ operator, inputs }) =>
          operator.name === name && inputs[position] === operand && inputs.every((node) => this.registers.has(node)),
      );
  }

  private reordered(x: Register, channelsLast: boolean): Register {
    const known = this.twins.get(x.id);
    if (known) return known;
    const shape = asHeld({ channelsLast }, x.shape);
    const permutation = channelsLast ? TO_CHANNELS_LAST : FROM_CHANNELS_LAST;
    const twin = this.call('reorder', [x], { shape: x.shape, channelsLast }, (tf, [tensor]) =>
      isSameInMemory(x.shape) ? tf.reshape(tensor!, shape) : tf.transpose(tensor!, [...permutation]),
    );
    this.twins.set(x.id, twin);
    this.twins.set(twin.id, x);
    return twin;
  }
}

/** Which operations take each node of a graph. */
export function usersOf(nodes: readonly Node[]): ReadonlyMap<Node, readonly OperationNode[]> {
  const users = new Map<Node, OperationNode[]>();
  for (const node of nodes)
    if (node.kind === 'operation')
      for (const operand of new Set(node.inputs)) users.set(operand, [...(users.get(operand) ?? []), node]);
  return users;
}
