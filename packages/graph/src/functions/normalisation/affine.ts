import type { Node } from '../../node.js';
import { add } from '../../operators/add.js';
import { multiply } from '../../operators/multiply.js';
import { reshape } from '../../operators/reshape.js';

/** A learned scale γ and shift β after a normalisation; each can be left out. */
export interface Affine {
  readonly gamma?: Node | undefined;
  readonly beta?: Node | undefined;
}

/** γ·x + β, with γ and β broadcast. */
export function affine(x: Node, { gamma, beta }: Affine): Node {
  const scaled = gamma ? multiply(x, gamma) : x;
  return beta ? add(scaled, beta) : scaled;
}

/** γ·x + β with one γ and β [C] a channel of `x` [N, C, …]. */
export function affinePerChannel(x: Node, { gamma, beta }: Affine): Node {
  const along = (v: Node | undefined) => v && reshape(v, [v.shape[0] ?? 1, ...x.shape.slice(2).map(() => 1)]);
  return affine(x, { gamma: along(gamma), beta: along(beta) });
}
