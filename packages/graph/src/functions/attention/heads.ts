import type { Node } from '../../node.js';
import { refuse, requireRank } from '../../operator.js';
import { reshape } from '../../operators/reshape.js';
import { transpose } from '../../operators/transpose.js';

/** [N, tokens, heads·d] → [N, heads, tokens, d]. */
export function splitHeads(x: Node, heads: number): Node {
  requireRank('splitHeads', [x], 0, 3);
  const [n, tokens, features] = x.shape as [number, number, number];
  if (features % heads !== 0) throw refuse('splitHeads', [x], `${features} features do not make ${heads} heads`);
  return transpose(reshape(x, [n, tokens, heads, features / heads]), [0, 2, 1, 3]);
}

/** [N, heads, tokens, d] → [N, tokens, heads·d]. */
export function mergeHeads(x: Node): Node {
  requireRank('mergeHeads', [x], 0, 4);
  const [n, heads, tokens, features] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [n, tokens, heads * features]);
}
