import { sameShape } from '@ungrain/core';
import type { Node } from '../../node.js';
import { refuse } from '../../operator.js';

/** The numbers of the last dimensions, which have to be of shape `over`. */
export function lastDimensions(name: string, x: Node, over: readonly number[]): number[] {
  const first = x.shape.length - over.length;
  if (over.length === 0 || !sameShape(x.shape.slice(Math.max(first, 0)), over))
    throw refuse(name, [x], `its last dimensions are not [${over.join(', ')}]`);
  return over.map((_, i) => first + i);
}
