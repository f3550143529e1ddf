import type { Node } from '../../node.js';
import { refuse } from '../../operator.js';
import { add } from '../../operators/add.js';
import { and } from '../../operators/and.js';
import { cast } from '../../operators/cast.js';
import { matmul } from '../../operators/matmul.js';
import { multiply } from '../../operators/multiply.js';
import { softmax } from '../../operators/softmax.js';
import { transpose } from '../../operators/transpose.js';
import { where } from '../../operators/where.js';
import { triangleMask } from '../layout/triangle.js';

export interface AttentionOptions {
  /** What the scores are multiplied by; 1/√(features of a key) by default. */
  readonly scale?: number;
  /** Query i sees keys 0 … i only, whatever the numbers of queries and keys. */
  readonly causal?: boolean;
  /** bool: where a query may attend. float32: added to the scores. Broadcast to […, queries, keys]. */
  readonly mask?: Node | undefined;
}

/**
 * softmax(q·kᵀ·scale)·v (Vaswani et al., 2017) for q […, queries, d], k […, keys, d], v […, keys, e]. A query that may
 * attend to nothing gets zeros.
 */
export function scaledDotProductAttention(
  q: Node,
  k: Node,
  v: Node,
  { scale = 1 / Math.sqrt(q.shape.at(-1) ?? 1), causal = false, mask }: AttentionOptions = {},
): Node {
  if (k.shape.length < 2) throw refuse('scaledDotProductAttention', [q, k, v], 'keys need two dimensions');
  const scores = matmul(multiply(q, scale), transpose(k, swappedLast(k)));
  const biased = mask && mask.dtype !== 'bool' ? add(scores, mask) : scores;
  const allowed = mask?.dtype === 'bool' ? mask : undefined;
  const past = causal ? triangleMask(q.shape.at(-2)!, k.shape.at(-2)!, (query, key) => key <= query) : undefined;
  const seen = allowed && past ? and(allowed, past) : (allowed ?? past);
  return matmul(seen ? maskedSoftmax(biased, seen) : softmax(biased), v);
}

const LOWEST_FLOAT = -(2 - 2 ** -23) * 2 ** 127;

/** Softmax over what is `seen`, 0 elsewhere. With a finite lowest score, a row that sees nothing is 0 and not NaN. */
const maskedSoftmax = (scores: Node, seen: Node): Node =>
  multiply(softmax(where(seen, scores, LOWEST_FLOAT)), cast(seen));

const swappedLast = ({ shape }: Node): number[] => {
  const last = shape.length - 1;
  return shape.map((_, i) => (i === last ? last - 1 : i === last - 1 ? last : i));
};
