import { topological, type Graph, type Node } from '@ungrain/graph';
import { ruleOf } from '../rules/table.js';
import { Builder, usersOf } from './builder.js';
import type { Program } from './program.js';

/**
 * A graph as a program. States of leaves (inputs, states, constants) come first, so that rules may look ahead.
 * @param native whether TensorFlow's own operations can be called by name
 * @throws UngrainError `no-rule` if the graph has an operator that this engine does not know
 */
export function lower(graph: Graph, native: boolean): Program {
  const nodes = topological([...graph.outputs.values(), ...graph.updates.values()]);
  const build = new Builder(usersOf(nodes), native);
  const inputs = new Map<string, number>();
  const states = new Map<string, number>();

  for (const node of nodes) {
    if (node.kind === 'constant') build.set(node, build.constant(node));
    else if (node.kind !== 'operation') {
      const ids = node.kind === 'input' ? inputs : states; // two nodes of one name are one value
      const id = ids.get(node.name);
      const register = id === undefined ? build.register(node.shape) : { id, shape: node.shape, channelsLast: false };
      ids.set(node.name, register.id);
      build.set(node, register);
    }
  }
  for (const node of nodes)
    if (node.kind === 'operation') {
      const operands = node.inputs.map((operand) => build.of(operand));
      build.set(node, ruleOf(node.operator.name).lower(build, operands, node, node.attributes));
    }

  const ids = (roots: ReadonlyMap<string, Node>): Map<string, number> =>
    new Map([...roots].map(([name, node]) => [name, build.plain(build.of(node)).id]));
  const [outputs, updates] = [ids(graph.outputs), ids(graph.updates)];
  const { instructions, constants, registerCount: registers } = build;
  return { instructions, registers, inputs, states, constants, outputs, updates };
}
