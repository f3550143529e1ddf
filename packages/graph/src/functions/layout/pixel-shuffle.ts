import type { Node } from '../../node.js';
import { refuse, requireRank } from '../../operator.js';
import { reshape } from '../../operators/reshape.js';
import { transpose } from '../../operators/transpose.js';

/** [N, C·r², H, W] → [N, C, rH, rW]: each pixel's r² channels become an r×r block (Shi et al., 2016). */
export function pixelShuffle(x: Node, r: number): Node {
  requireRank('pixelShuffle', [x], 0, 4);
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  if (channels % r ** 2 !== 0) throw refuse('pixelShuffle', [x], `${channels} channels are no blocks of ${r}×${r}`);
  const out = channels / r ** 2;
  const blocks = transpose(reshape(x, [n, out, r, r, height, width]), [0, 1, 4, 2, 5, 3]);
  return reshape(blocks, [n, out, height * r, width * r]);
}

/** [N, C, rH, rW] → [N, C·r², H, W]: the inverse of pixelShuffle. */
export function pixelUnshuffle(x: Node, r: number): Node {
  requireRank('pixelUnshuffle', [x], 0, 4);
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  if (height % r !== 0 || width % r !== 0)
    throw refuse('pixelUnshuffle', [x], `${height}×${width} pixels are no blocks of ${r}×${r}`);
  const blocks = transpose(reshape(x, [n, channels, height / r, r, width / r, r]), [0, 1, 3, 5, 2, 4]);
  return reshape(blocks, [n, channels * r ** 2, height / r, width / r]);
}
