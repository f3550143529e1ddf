import { UngrainError, formatShape, sameShape } from '@ungrain/core';
import type { InputNode, Node, StateNode } from './node.js';

/** A computation: named outputs, and new values for states. Inputs and states are what these reach. */
export interface Graph {
  readonly name: string;
  readonly outputs: ReadonlyMap<string, Node>;
  /** State name → its value after the run. */
  readonly updates: ReadonlyMap<string, Node>;
  readonly inputs: ReadonlyMap<string, InputNode>;
  readonly states: ReadonlyMap<string, StateNode>;
}

/** How the names begin that values get where nobody named them. */
export const RESERVED = '__';

/**
 * A graph of everything that `outputs` and `updates` need.
 * @throws UngrainError `name-clash` if two inputs or states of one name differ in shape, an input is named as a state, an
 * output as either, or a name begins as those of unnamed values do; `bad-update` if an update does not have its state's shape.
 */
export function graph(
  name: string,
  outputs: Readonly<Record<string, Node>>,
  updates: ReadonlyMap<string, Node> = new Map(),
): Graph {
  const inputs = new Map<string, InputNode>();
  const states = new Map<string, StateNode>();
  for (const node of topological([...Object.values(outputs), ...updates.values()])) {
    if (node.kind !== 'input' && node.kind !== 'state') continue;
    const known = inputs.get(node.name) ?? states.get(node.name);
    if (known && (known.kind !== node.kind || known.dtype !== node.dtype || !sameShape(known.shape, node.shape)))
      throw new UngrainError(
        'name-clash',
        `Graph '${name}' has two values named '${node.name}', one ${known.kind} of shape ${formatShape(known.shape)} and one ${node.kind} of shape ${formatShape(node.shape)}.`,
      );
    if (node.kind === 'input') inputs.set(node.name, node);
    else states.set(node.name, node);
  }
  for (const taken of [...inputs.keys(), ...states.keys(), ...Object.keys(outputs)])
    if (taken.startsWith(RESERVED))
      throw new UngrainError(
        'name-clash',
        `Graph '${name}' names a value '${taken}'; names that begin with ${RESERVED} are taken.`,
      );
  for (const output of Object.keys(outputs))
    if (inputs.has(output) || states.has(output))
      throw new UngrainError('name-clash', `Graph '${name}' has an output named as its input or state '${output}'.`);
  for (const [stateName, next] of updates) {
    const current = states.get(stateName);
    if (current && !sameShape(current.shape, next.shape))
      throw new UngrainError(
        'bad-update',
        `Graph '${name}' sets state '${stateName}' of shape ${formatShape(current.shape)} to a value of shape ${formatShape(next.shape)}.`,
      );
  }
  return { name, outputs: new Map(Object.entries(outputs)), updates, inputs, states };
}

/** Every node that `roots` need, operands before the operations that use them. Iterative: graphs can be deep. */
export function topological(roots: readonly Node[]): Node[] {
  const order: Node[] = [];
  const seen = new Set<Node>();
  const stack: { node: Node; next: number }[] = [];
  const push = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: 0 });
  };
  for (const root of roots) {
    push(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const child = top.node.kind === 'operation' ? top.node.inputs[top.next++] : undefined;
      if (child) push(child);
      else {
        order.push(top.node);
        stack.pop();
      }
    }
  }
  return order;
}
