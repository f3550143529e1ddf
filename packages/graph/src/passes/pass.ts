import { graph, topological, type Graph } from '../graph.js';
import type { Node, OperationNode } from '../node.js';

/** A rewriting of graphs that keeps their meaning: the same outputs and updates, up to rounding, in less time. */
export interface Pass {
  readonly name: string;
  /** One line on what it does and why that is faster. */
  readonly summary: string;
  apply(graph: Graph): Graph;
}

/** Makes a pass of a rule for single operations. */
export const rewriting = (name: string, summary: string, rule: RewriteRule): Pass => ({
  name,
  summary,
  apply: (source) => rewrite(source, rule),
});

/** Gets an operation with its new operands, and as it was, and gives what stands for it. */
export type RewriteRule = (node: OperationNode, original: OperationNode) => Node;

/** A graph in which each operation is replaced by what a rule says. */
export function rewrite(source: Graph, rule: RewriteRule): Graph {
  const made = new Map<Node, Node>();
  const madeOf = (node: Node): Node => made.get(node) ?? node;
  for (const node of operationsOf(source)) made.set(node, rule(withInputs(node, node.inputs.map(madeOf)), node));
  return mapRoots(source, madeOf);
}

/** The operations of a graph, operands first. */
export const operationsOf = ({ outputs, updates }: Graph): OperationNode[] =>
  topological([...outputs.values(), ...updates.values()]).filter((node) => node.kind === 'operation');

/** The same operation on other operands of the same shapes. */
export const withInputs = (node: OperationNode, inputs: readonly Node[]): OperationNode =>
  inputs.every((operand, i) => operand === node.inputs[i]) ? node : { ...node, inputs };

/** A graph of the same name whose outputs and updates are replaced. */
export function mapRoots({ name, outputs, updates }: Graph, replace: (node: Node) => Node): Graph {
  const replaced = (nodes: ReadonlyMap<string, Node>) => [...nodes].map(([key, node]) => [key, replace(node)] as const);
  return graph(name, Object.fromEntries(replaced(outputs)), new Map(replaced(updates)));
}
