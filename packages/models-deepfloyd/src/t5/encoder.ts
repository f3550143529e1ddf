import { constantInitializer, normalInitializer } from '@ungrain/core';
import { integers, nn, ops, type Node } from '@ungrain/graph';
import type { T5Config } from './config.js';
import { relativeBuckets } from './relative-position.js';
import { noTrace, type Trace } from '../trace.js';

export interface EncoderInputs {
  /** Token ids [N, tokens], int64. */
  readonly ids: Node;
  /** 1 for a token, 0 for padding [N, tokens], float32. */
  readonly mask: Node;
}

/**
 * The encoder of T5 v1.1 (Raffel et al. 2020; Shazeer 2020 for its gated feed-forward), with the names of its weights in
 * transformers' T5EncoderModel. No biases, no scaling of the scores, one table of relative positions for all layers.
 * Declares its states in `scope` and returns the function from ids to states [N, tokens, d_model].
 */
export function t5Encoder(scope: nn.Scope, config: T5Config, trace: Trace = noTrace): (inputs: EncoderInputs) => Node {
  const { d_model: features, layer_norm_epsilon: epsilon } = config;
  const embedding = scope.parameter('shared.weight', [config.vocab_size, features], normalInitializer());
  const blocks = Array.from({ length: config.num_layers }, (_, i) => block(scope.at(`encoder.block.${i}`), config, i));
  const finalNorm = nn.rmsNorm(scope.at('encoder.final_layer_norm'), features, { epsilon });
  const positions = blocks[0]!.positions;

  return ({ ids, mask }) => {
    const tokens = ids.shape[1]!;
    const bias = trace('position_bias', positionBias(positions!, tokens, config));
    const hidden = ops.subtract(1, ops.reshape(mask, [mask.shape[0]!, 1, 1, tokens]));
    const scores = ops.add(bias, ops.multiply(hidden, LOWEST));
    const embedded = trace('hidden_states.0', ops.gather(embedding, ids));
    const states = blocks.reduce(
      (x, { apply }, i) =>
        i + 1 < blocks.length ? trace(`hidden_states.${i + 1}`, apply(x, scores)) : apply(x, scores),
      embedded,
    );
    return trace(`hidden_states.${blocks.length}`, finalNorm(states));
  };
}

/** The lowest float32: what a masked score gets. */
const LOWEST = -(2 - 2 ** -23) * 2 ** 127;

function block(scope: nn.Scope, config: T5Config, index: number) {
  const { d_model: features, layer_norm_epsilon: epsilon, num_heads: heads } = config;
  const inner = heads * config.d_kv;
  const at = scope.at('layer.0');
  const self = at.at('SelfAttention');
  const linear = (name: string, from: number, to: number): nn.Module =>
    nn.linear(self.at(name), { in: from, out: to, bias: false });
  const [q, k, v] = [linear('q', features, inner), linear('k', features, inner), linear('v', features, inner)];
  const o = linear('o', inner, features);
  const positions =
    index === 0
      ? self.parameter(
          'relative_attention_bias.weight',
          [config.relative_attention_num_buckets, heads],
          constantInitializer(0),
        )
      : null;
  const attentionNorm = nn.rmsNorm(at.at('layer_norm'), features, { epsilon });
  const feed = feedForward(scope.at('layer.1.DenseReluDense'), config);
  const feedNorm = nn.rmsNorm(scope.at('layer.1.layer_norm'), features, { epsilon });

  const apply = (x: Node, scores: Node): Node => {
    const normed = attentionNorm(x);
    const split = (module: nn.Module): Node => ops.splitHeads(module(normed), heads);
    const seen = ops.scaledDotProductAttention(split(q), split(k), split(v), { scale: 1, mask: scores });
    const attended = ops.add(x, o(ops.mergeHeads(seen)));
    return ops.add(attended, feed(feedNorm(attended)));
  };
  return { positions, apply };
}

const ACTIVATIONS = { relu: ops.relu, gelu: ops.geluTanh, silu: ops.silu } as const;

/** wo(act(wi·x)), or gated: wo(act(wi_0·x) ⊙ wi_1·x). */
function feedForward(scope: nn.Scope, config: T5Config): nn.Module {
  const { d_model: features, d_ff: inner, feed_forward_proj: kind } = config;
  const gated = kind.startsWith('gated-');
  const act = ACTIVATIONS[kind.replace('gated-', '') as keyof typeof ACTIVATIONS];
  const into = (name: string): nn.Module => nn.linear(scope.at(name), { in: features, out: inner, bias: false });
  const [first, second] = gated ? [into('wi_0'), into('wi_1')] : [into('wi'), null];
  const out = nn.linear(scope.at('wo'), { in: inner, out: features, bias: false });
  return (x) => out(second ? ops.multiply(act(first(x)), second(x)) : act(first(x)));
}

/** [1, heads, queries, keys] from the table [buckets, heads]. */
function positionBias(table: Node, tokens: number, config: T5Config): Node {
  const buckets = relativeBuckets(tokens, {
    buckets: config.relative_attention_num_buckets,
    maxDistance: config.relative_attention_max_distance,
  });
  const rows = ops.gather(table, integers(buckets, [tokens, tokens]));
  return ops.reshape(ops.transpose(rows, [2, 0, 1]), [1, config.num_heads, tokens, tokens]);
}
