import { ops, type Node } from '@ungrain/graph';

/** The mean of each 2 × 2 pixels: [N, C, H, W] → [N, C, H/2, W/2]. */
export function halve(x: Node): Node {
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  return ops.mean(ops.reshape(x, [n, channels, height / 2, 2, width / 2, 2]), [3, 5]);
}
