import type { Node } from '../../node.js';
import { axisOf, refuse } from '../../operator.js';
import { slice } from '../../operators/slice.js';

/** `x` cut into `parts` equal pieces along `axis` (negative ones count from the back). */
export function split(x: Node, parts: number, axis: number): Node[] {
  const along = axisOf('split', [x], axis, x.shape.length);
  const size = x.shape[along]! / parts;
  if (!Number.isInteger(size)) throw refuse('split', [x], `dimension ${axis} cannot be cut into ${parts} equal pieces`);
  return Array.from({ length: parts }, (_, i) => slice(x, along, i * size, (i + 1) * size));
}
