import { sizeOf } from '@ungrain/core';
import { graphCost, topological, type Graph, type GraphCost, type Weight } from '@ungrain/graph';

/** What a network asks of a machine, known from its config and its files' headers alone. */
export interface NetworkWork {
  /** Bytes of its weights, as they lie in their files. */
  readonly weightBytes: number;
  /** Bytes that the largest weight takes as float32, if it is stored narrower and is widened where it is used; else 0. */
  readonly widest: number;
  /** Operators in its graph. */
  readonly operators: number;
  /** Of one call. */
  readonly cost: GraphCost;
}

export function networkWork(graph: Graph, weights: ReadonlyMap<string, Weight>): NetworkWork {
  const narrow = new Set<string>();
  let [weightBytes, widest] = [0, 0];
  for (const [name, weight] of weights) {
    const bytes = 4 * sizeOf(weight.shape);
    weightBytes += 'length' in weight ? weight.length : bytes;
    if (!('dtype' in weight) || weight.dtype === undefined || weight.dtype === 'float32') continue;
    narrow.add(name);
    widest = Math.max(widest, bytes);
  }
  const operators = topological([...graph.outputs.values()]).filter(({ kind }) => kind === 'operation').length;
  return { weightBytes, widest, operators, cost: graphCost(graph, { converted: (name) => narrow.has(name) }) };
}
