import type { Node } from '../../node.js';
import { axisOf } from '../../operator.js';
import { concat } from '../../operators/concat.js';
import { slice } from '../../operators/slice.js';

/** Moves elements by `shift` places along `axis`; those that leave at the end come back at the front. */
export function roll(x: Node, shift: number, axis: number): Node {
  const along = axisOf('roll', [x], axis, x.shape.length);
  const size = x.shape[along]!;
  const cut = size === 0 ? 0 : ((-shift % size) + size) % size;
  return cut === 0 ? x : concat([slice(x, along, cut, size), slice(x, along, 0, cut)], along);
}
