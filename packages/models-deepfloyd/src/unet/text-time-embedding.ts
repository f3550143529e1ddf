import { constantInitializer } from '@ungrain/core';
import { nn, ops, type Node } from '@ungrain/graph';
import type { Trace } from '../trace.js';

export interface TextTimeOptions {
  /** Features of the text states. */
  readonly text: number;
  /** Features of the result. */
  readonly out: number;
  readonly heads: number;
  readonly trace: Trace;
}

/** diffusers' TextTimeEmbedding: the whole text as one vector, to be added to the time's. [N, tokens, text] → [N, out]. */
export function textTimeEmbedding(scope: nn.Scope, { text, out, heads, trace }: TextTimeOptions): nn.Module {
  const norm1 = nn.layerNorm(scope.at('norm1'), text);
  const pool = attentionPooling(scope.at('pool'), text, heads);
  const proj = nn.linear(scope.at('proj'), { in: text, out });
  const norm2 = nn.layerNorm(scope.at('norm2'), out);
  return (states) => {
    const normed = trace('norm1', norm1(states));
    const pooled = trace('pool', pool(normed));
    return norm2(trace('proj', proj(pooled)));
  };
}

/**
 * The mean of all tokens asks all tokens and itself (Radford et al. 2021, CLIP's pooling). Padding counts like text.
 * [N, tokens, features] → [N, features].
 */
function attentionPooling(scope: nn.Scope, features: number, heads: number): nn.Module {
  const position = scope.parameter('positional_embedding', [1, features], constantInitializer(0));
  const [k, q, v] = ['k_proj', 'q_proj', 'v_proj'].map((name) =>
    nn.linear(scope.at(name), { in: features, out: features }),
  );
  return (x) => {
    const whole = ops.add(ops.mean(x, [1], { keepDims: true }), position);
    const all = ops.concat([whole, x], 1);
    const split = (y: Node): Node => ops.splitHeads(y, heads);
    const pooled = ops.scaledDotProductAttention(split(q!(whole)), split(k!(all)), split(v!(all)));
    return ops.reshape(ops.mergeHeads(pooled), [x.shape[0]!, features]);
  };
}
