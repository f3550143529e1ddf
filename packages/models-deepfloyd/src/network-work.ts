import { sizeOf } from '@ungrain/core';
import { graphCost, topological, type Graph, type GraphCost, type Weight } from '@ungrain/graph';

/** What a network asks of a machine, known from its config and its files' headers alone. */
export interface NetworkWork {
  /** Bytes of its weights, as they lie in their files. */
  readonly weightBytes: number;
  /** Operators in its graph. */
  readonly operators: number;
  /** Of one call. Weights that are stored narrower than float32 are converted where they are used. */
  readonly cost: GraphCost;
}

export function networkWork(graph: Graph, weights: ReadonlyMap<string, Weight>): NetworkWork {
  const narrow = new Set<string>();
  let weightBytes = 0;
  for (const [name, weight] of weights) {
    weightBytes += 'length' in weight ? weight.length + (weight.scales?.length ?? 0) : 4 * sizeOf(weight.shape);
    if ('dtype' in weight && weight.dtype !== undefined && weight.dtype !== 'float32') narrow.add(name);
  }
  const operators = topological([...graph.outputs.values()]).filter(({ kind }) => kind === 'operation').length;
  return { weightBytes, operators, cost: graphCost(graph, { converted: (name) => narrow.has(name) }) };
}
