import type { Node } from '../../node.js';
import { axisOf, refuse } from '../../operator.js';
import { expand } from '../../operators/expand.js';
import { reshape } from '../../operators/reshape.js';

/** Lays copies of `x` side by side: `times[i]` of them along dimension i; more numbers than dimensions add leading ones. */
export function repeat(x: Node, times: readonly number[]): Node {
  const extra = times.length - x.shape.length;
  if (extra < 0) throw refuse('repeat', [x], `[${times.join(', ')}] does not say how often to repeat each dimension`);
  const sizes = [...times.slice(0, extra).map(() => 1), ...x.shape];
  const apart = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const copies = expand(
    apart,
    sizes.flatMap((size, i) => [times[i]!, size]),
  );
  return reshape(
    copies,
    sizes.map((size, i) => times[i]! * size),
  );
}

/** Repeats each element `times` times in place along `axis`: a b → a a b b. */
export function repeatInterleave(x: Node, times: number, axis: number): Node {
  const along = axisOf('repeatInterleave', [x], axis, x.shape.length);
  const apart = x.shape.toSpliced(along + 1, 0, 1);
  const copies = expand(reshape(x, apart), apart.with(along + 1, times));
  return reshape(copies, x.shape.with(along, x.shape[along]! * times));
}
