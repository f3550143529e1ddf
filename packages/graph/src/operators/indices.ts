import type { Node } from '../node.js';
import { refuse } from '../operator.js';

/** Refuses indices that do not lie inside `x` in every dimension but `axis`. */
export function requireIndices(name: string, inputs: readonly Node[], indices: Node, x: Node, axis: number): void {
  if (indices.dtype !== 'int64') throw refuse(name, inputs, `the indices are ${indices.dtype}, not int64`);
  const fits = indices.shape.every((size, i) => i === axis || size <= x.shape[i]!);
  if (indices.shape.length !== x.shape.length || !(axis in x.shape) || !fits)
    throw refuse(name, inputs, `the indices do not fit into the first operand along dimension ${axis}`);
}
