import { integers, type Node } from '../../node.js';
import { refuse } from '../../operator.js';
import { gather } from '../../operators/gather.js';

/** Pads with the picture seen in a mirror that stands on the outermost elements, which are not repeated: c b | a b c. */
export const padReflect = (x: Node, before: readonly number[], after: readonly number[]): Node =>
  padByIndex('padReflect', x, before, after, (i, size) => {
    const mirrored = i < 0 ? -i : i < size ? i : 2 * (size - 1) - i;
    return mirrored < 0 || mirrored >= size ? undefined : mirrored;
  });

/** Pads with copies of the outermost elements: a a | a b c. */
export const padReplicate = (x: Node, before: readonly number[], after: readonly number[]): Node =>
  padByIndex('padReplicate', x, before, after, (i, size) => Math.min(Math.max(i, 0), size - 1));

/** Pads as if `x` were repeated without end: b c | a b c. */
export const padCircular = (x: Node, before: readonly number[], after: readonly number[]): Node =>
  padByIndex('padCircular', x, before, after, (i, size) => ((i % size) + size) % size);

/** Pads each dimension with elements of its own; `source` says which one stands at place i, inside or outside. */
function padByIndex(
  name: string,
  x: Node,
  before: readonly number[],
  after: readonly number[],
  source: (i: number, size: number) => number | undefined,
): Node {
  if (before.length !== x.shape.length || after.length !== x.shape.length)
    throw refuse(name, [x], `[${before.join(', ')}] and [${after.join(', ')}] do not pad its dimensions`);
  return x.shape.reduce<Node>((padded, size, axis) => {
    const [front, back] = [before[axis]!, after[axis]!];
    if (front === 0 && back === 0) return padded;
    const indices = Array.from({ length: Math.max(0, front + size + back) }, (_, i) => source(i - front, size));
    if (size === 0 || indices.some((i) => i === undefined))
      throw refuse(name, [x], `dimension ${axis} of size ${size} is too small for padding ${front} and ${back}`);
    return gather(padded, integers(indices as number[]), axis);
  }, x);
}
