import { nn, ops, type Node } from '@ungrain/graph';
import type { UnetConfig } from './config.js';
import type { Trace } from '../trace.js';

export interface AttentionOptions {
  readonly channels: number;
  readonly headDim: number;
  readonly groups: number;
  /** Features of the text states. */
  readonly text: number;
  /** The pixels ask the text alone, not each other. */
  readonly onlyCross: boolean;
  readonly trace: Trace;
}

/** Features [N, C, H, W] and the text states [N, tokens, text] to features. */
export type AttentionBlock = (x: Node, text: Node) => Node;

/**
 * diffusers' Attention with AttnAddedKVProcessor: every pixel asks the text and, unless `onlyCross`, every pixel; keys and
 * values are those of the text first, then those of the pixels. The text is normalised over its own features.
 */
export function addedKvAttention(scope: nn.Scope, config: UnetConfig, options: AttentionOptions): AttentionBlock {
  const { channels, headDim, groups, text: textDim, onlyCross, trace } = options;
  const heads = Math.max(1, Math.floor(channels / headDim));
  const inner = heads * headDim;
  const norm = nn.groupNorm(scope.at('group_norm'), { groups, channels });
  const normText = textNorm(scope.at('norm_cross'), config.cross_attention_norm ?? null, textDim, trace);
  const q = nn.linear(scope.at('to_q'), { in: channels, out: inner });
  const own = onlyCross
    ? null
    : ['to_k', 'to_v'].map((name) => nn.linear(scope.at(name), { in: channels, out: inner }));
  const added = ['add_k_proj', 'add_v_proj'].map((name) => nn.linear(scope.at(name), { in: textDim, out: inner }));
  const out = nn.linear(scope.at('to_out.0'), { in: inner, out: channels });

  return (x, text) => {
    const [n, , height, width] = x.shape as [number, number, number, number];
    const states = normText(text);
    const pixels = ops.transpose(ops.reshape(norm(x), [n, channels, height * width]), [0, 2, 1]);
    const split = (y: Node): Node => ops.splitHeads(y, heads);
    const [keys, values] = added.map((project, i) =>
      own ? ops.concat([split(project(states)), split(own[i]!(pixels))], 2) : split(project(states)),
    );
    const seen = ops.mergeHeads(ops.scaledDotProductAttention(split(q(pixels)), keys!, values!));
    return ops.add(ops.reshape(ops.transpose(out(seen), [0, 2, 1]), x.shape), x);
  };
}

/** [N, tokens, features] → the same, over features: a group norm's statistics span the tokens, padding included. */
function textNorm(
  scope: nn.Scope,
  kind: UnetConfig['cross_attention_norm'],
  features: number,
  trace: Trace,
): nn.Module {
  if (kind === 'group_norm') {
    const norm = nn.groupNorm(scope, { groups: 32, channels: features });
    return (text) => ops.transpose(trace('norm_cross', norm(ops.transpose(text, [0, 2, 1]))), [0, 2, 1]);
  }
  if (kind !== 'layer_norm') return (text) => text;
  const norm = nn.layerNorm(scope, features);
  return (text) => trace('norm_cross', norm(text));
}
