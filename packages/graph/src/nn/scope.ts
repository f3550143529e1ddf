import { UngrainError, type Initializer, type ParameterDeclaration, type Shape } from '@ungrain/core';
import { state, type Node, type StateNode } from '../node.js';

/**
 * A state that a network declares: trained (a parameter) or only carried along (a buffer, as a running statistic).
 * `drawParameters` of @ungrain/core draws the first values of a list of them; from seed s they are PyTorch's own.
 */
export interface Declaration extends ParameterDeclaration {
  readonly trained: boolean;
}

/**
 * Where a network's modules declare their states, in the order in which PyTorch's constructors would: the order decides
 * which random numbers each weight gets. Scopes nest by dotted names and share one list.
 */
export class Scope {
  private constructor(
    /** True in a training graph: batch norm uses, and updates, the statistics of the batch. */
    readonly training: boolean,
    private readonly prefix: string,
    private readonly known: Map<string, Declaration>,
    private readonly next: Map<string, Node>,
  ) {}

  static root({ training }: { readonly training: boolean }): Scope {
    return new Scope(training, '', new Map(), new Map());
  }

  /** The scope of a module within this one: names below it start with `name.`. */
  at(name: string): Scope {
    return new Scope(this.training, `${this.prefix}${name}.`, this.known, this.next);
  }

  /** A state that training changes by gradients. */
  parameter(name: string, shape: Shape, initialize: Initializer): StateNode {
    return this.declare(name, shape, initialize, true);
  }

  /** Several parameters, such as those of one of PyTorch's modules; by name. */
  parameters(declarations: readonly ParameterDeclaration[]): Readonly<Record<string, StateNode>> {
    return Object.fromEntries(
      declarations.map(({ name, shape, initialize }) => [name, this.parameter(name, shape, initialize)]),
    );
  }

  /** A state that the network itself updates. */
  buffer(name: string, shape: Shape, initialize: Initializer): StateNode {
    return this.declare(name, shape, initialize, false);
  }

  /** Says what a buffer becomes after a training step. */
  update(buffer: StateNode, value: Node): void {
    this.next.set(buffer.name, value);
  }

  get declarations(): readonly Declaration[] {
    return [...this.known.values()];
  }

  get updates(): ReadonlyMap<string, Node> {
    return this.next;
  }

  private declare(name: string, shape: Shape, initialize: Initializer, trained: boolean): StateNode {
    const full = this.prefix + name;
    if (this.known.has(full)) throw new UngrainError('name-clash', `The network declares '${full}' twice.`);
    this.known.set(full, { name: full, shape, initialize, trained });
    return state(full, shape);
  }
}
