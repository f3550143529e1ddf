import type { Node } from '../../node.js';
import * as ops from '../../ops.js';
import type { Builders, Operands, PatternBuilder } from '../builder.js';

/** Multi-head self-attention with one projection for queries, keys and values, and one for the result. */
function selfAttention(x: Node, { wqkv, bqkv, wo, bo }: Operands, heads: number): Node {
  const [q, k, v] = ops.split(ops.linear(x, wqkv!, bqkv!), 3, -1).map((part) => ops.splitHeads(part, heads));
  return ops.linear(ops.mergeHeads(ops.scaledDotProductAttention(q!, k!, v!)), wo!, bo!);
}

/** x + attention(norm x), then x + mlp(norm x). */
function preNormBlock({ x, g1, b1, g2, b2, w1, c1, w2, c2, ...projections }: Operands, heads: number): Node {
  const first = ops.layerNorm(x!, undefined, { gamma: g1, beta: b1 });
  const attended = ops.add(x!, selfAttention(first, projections, heads));
  const hidden = ops.linear(ops.layerNorm(attended, undefined, { gamma: g2, beta: b2 }), w1!, c1!);
  return ops.add(attended, ops.linear(ops.geluTanh(hidden), w2!, c2!));
}

export const attentionBuilders: Builders = {
  sdpa: ({ q, k, v, mask }, attributes) =>
    ops.scaledDotProductAttention(q!, k!, v!, {
      causal: attributes.flag('is_causal', false),
      mask,
      ...(attributes.has('scale') && { scale: attributes.number('scale') }),
    }),
  'rotary, half split': ({ x, cos, sin }) => ops.rotary(x!, cos!, sin!),
  'pre-norm transformer block, gelu tanh': (operands) => preNormBlock(operands, 2),
};

export const attentionPatterns: readonly PatternBuilder[] = [
  [/^qkv linear -> (\d+) heads sdpa/, ({ x, ...rest }, heads) => selfAttention(x!, rest, Number(heads))],
];
