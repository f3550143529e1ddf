import type { Node } from '../../node.js';
import { requireRank } from '../../operator.js';
import { conv2d } from '../../operators/conv2d.js';
import { squeeze, unsqueeze } from './squeeze.js';

export interface Conv1dOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly dilation?: number;
  readonly groups?: number;
}

/** 1-D cross-correlation of `x` [N, C, L] with `weight` [O, C / groups, k], plus `bias` [O]: a convolution of height 1. */
export function conv1d(
  x: Node,
  weight: Node,
  bias: Node | null,
  { stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv1dOptions = {},
): Node {
  requireRank('conv1d', [x, weight], 0, 3);
  requireRank('conv1d', [x, weight], 1, 3);
  const along = { stride: [1, stride], padding: [0, padding], dilation: [1, dilation], groups } as const;
  return squeeze(conv2d(unsqueeze(x, 2), unsqueeze(weight, 2), bias, along), 2);
}
