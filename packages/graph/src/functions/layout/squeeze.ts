import type { Node } from '../../node.js';
import { axisOf, refuse } from '../../operator.js';
import { reshape } from '../../operators/reshape.js';

/** Inserts a dimension of size 1 as dimension `axis` of the result (negative ones count from its back). */
export const unsqueeze = (x: Node, axis: number): Node =>
  reshape(x, x.shape.toSpliced(axisOf('unsqueeze', [x], axis, x.shape.length + 1), 0, 1));

/** Removes dimension `axis` of size 1. */
export function squeeze(x: Node, axis: number): Node {
  const along = axisOf('squeeze', [x], axis, x.shape.length);
  if (x.shape[along] !== 1) throw refuse('squeeze', [x], `dimension ${axis} is not of size 1`);
  return reshape(x, x.shape.toSpliced(along, 1));
}
