import { nn, ops, type Node } from '@ungrain/graph';
import { ACTIVATIONS } from './activations.js';
import { downBlock, midBlock, upBlock, type Context } from './blocks.js';
import type { UnetConfig } from './config.js';
import { textTimeEmbedding } from './text-time-embedding.js';
import { sinusoid, timestepEmbedding } from './time-embedding.js';
import { noTrace, traceBelow, type Trace } from '../trace.js';

export interface UnetInputs {
  /** [N, in_channels, H, W]; stage II: the noisy image, then the low-resolution one. */
  readonly x: Node;
  /** Trained times [N], 0 to 999. */
  readonly time: Node;
  /** States of the text encoder [N, tokens, textDim]. */
  readonly text: Node;
  /** Stage II: the time that stands for the noise in the low-resolution image [N]. */
  readonly noiseLevel?: Node | undefined;
}

/**
 * DeepFloyd IF's UNet (diffusers' UNet2DConditionModel with its blocks), built from a config, with the names of its weights.
 * Declares its states in `scope` and returns the function from inputs to the output [N, out_channels, H, W].
 */
export function unet(scope: nn.Scope, config: UnetConfig, trace: Trace = noTrace): (inputs: UnetInputs) => Node {
  const { embeddingDim, textDim } = config;
  const channels = config.block_out_channels;
  const first = channels[0]!;
  const act = ACTIVATIONS[config.act_fn];
  const [inKernel, outKernel] = [config.conv_in_kernel, config.conv_out_kernel];
  const embedded = (name: string): nn.Module =>
    timestepEmbedding(scope.at(name), { in: first, out: embeddingDim, activation: act });

  const convIn = nn.conv2d(scope.at('conv_in'), {
    in: config.in_channels,
    out: first,
    kernel: inKernel,
    padding: (inKernel - 1) / 2,
  });
  const timeEmbedding = embedded('time_embedding');
  const textProjection = config.encoder_hid_dim
    ? nn.linear(scope.at('encoder_hid_proj'), { in: config.encoder_hid_dim, out: config.crossAttentionDim[0]! })
    : null;
  const classEmbedding = config.class_embed_type ? embedded('class_embedding') : null;
  const addEmbedding = config.addition_embed_type
    ? textTimeEmbedding(scope.at('add_embedding'), {
        text: textDim,
        out: embeddingDim,
        heads: config.addition_embed_type_num_heads,
        trace: traceBelow(trace, 'add_embedding'),
      })
    : null;
  const down = downBlocks(scope, config, trace);
  const mid = midBlock(scope.at('mid_block'), config, traceBelow(trace, 'mid_block'));
  const up = upBlocks(scope, config, trace);
  const normOut = nn.groupNorm(scope.at('conv_norm_out'), {
    groups: config.norm_num_groups,
    channels: first,
    epsilon: config.norm_eps,
  });
  const convOut = nn.conv2d(scope.at('conv_out'), {
    in: first,
    out: config.out_channels,
    kernel: outKernel,
    padding: (outKernel - 1) / 2,
  });

  function embed({ time, text, noiseLevel }: UnetInputs): Node {
    const wave = (t: Node): Node =>
      sinusoid(t, { features: first, cosineFirst: config.flip_sin_to_cos, shift: config.freq_shift });
    const parts = [trace('time_embedding', timeEmbedding(trace('time_proj', wave(time))))];
    if (classEmbedding) parts.push(trace('class_embedding', classEmbedding(trace('time_proj#2', wave(noiseLevel!)))));
    if (addEmbedding) parts.push(trace('add_embedding', addEmbedding(text)));
    const sum = parts.reduce((a, b) => ops.add(a, b));
    const activated = config.time_embedding_act_fn
      ? trace('time_embed_act', ACTIVATIONS[config.time_embedding_act_fn](sum))
      : sum;
    return trace('emb', config.resnet_skip_time_act ? activated : act(activated));
  }

  return (inputs) => {
    const centred = config.center_input_sample ? ops.subtract(ops.multiply(inputs.x, 2), 1) : inputs.x;
    const text = textProjection ? trace('encoder_hid_proj', textProjection(inputs.text)) : inputs.text;
    const context: Context = { embedding: embed(inputs), text };
    const features = down(trace('conv_in', convIn(centred)), context);
    const middle = trace('mid_block', mid(features.at(-1)!, context));
    const hidden = up(middle, features, context);
    return trace('conv_out', convOut(act(trace('conv_norm_out', normOut(hidden)))));
  };
}

/** What one level of the UNet is like, by its place on the way down. */
const levelOptions = (config: UnetConfig, level: number) => ({
  headDim: config.attentionHeadDim[level]!,
  text: config.crossAttentionDim[level]!,
  onlyCross: config.onlyCrossAttention[level]!,
});

/** All features on the way down, the input's first. */
function downBlocks(scope: nn.Scope, config: UnetConfig, trace: Trace) {
  const channels = config.block_out_channels;
  const blocks = channels.map((out, level) => {
    const name = `down_blocks.${level}`;
    const block = downBlock(scope.at(name), config, {
      ...levelOptions(config, level),
      attends: config.down_block_types[level] === 'SimpleCrossAttnDownBlock2D',
      in: channels[level - 1] ?? channels[0]!,
      out,
      layers: config.layersPerBlock[level]!,
      downsample: level < channels.length - 1,
      trace: traceBelow(trace, name),
    });
    return { name, block };
  });
  return (x: Node, context: Context): readonly Node[] => {
    const features = [x];
    for (const { name, block } of blocks) {
      features.push(...block(features.at(-1)!, context));
      trace(name, features.at(-1)!);
    }
    return features;
  };
}

/** The way up, which uses the features of the way down from the last to the first. */
function upBlocks(scope: nn.Scope, config: UnetConfig, trace: Trace) {
  const channels = config.block_out_channels;
  const last = channels.length - 1;
  const blocks = channels.map((_, i) => {
    const level = last - i;
    const name = `up_blocks.${i}`;
    const out = channels[level]!;
    const layers = config.layersPerBlock[level]! + 1;
    // One skip of each layer on the way down at this level, then one of what came into the level.
    const skips = Array.from({ length: layers }, (_, k) =>
      k < layers - 1 ? out : (channels[level - 1] ?? channels[0]!),
    );
    const block = upBlock(scope.at(name), config, {
      ...levelOptions(config, level),
      attends: config.up_block_types[i] === 'SimpleCrossAttnUpBlock2D',
      previous: channels[level + 1] ?? out,
      skips,
      out,
      upsample: i < last,
      trace: traceBelow(trace, name),
    });
    return { name, block, layers };
  });
  return (middle: Node, features: readonly Node[], context: Context): Node => {
    const left = [...features];
    return blocks.reduce((x, { name, block, layers }) => {
      const skips = left.splice(-layers).reverse();
      return trace(name, block(x, skips, context));
    }, middle);
  };
}
