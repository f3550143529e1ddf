import { ops, type nn, type Node } from '@ungrain/graph';
import { addedKvAttention, type AttentionBlock } from './added-kv-attention.js';
import type { UnetConfig } from './config.js';
import { resnetBlock, type ResnetBlock } from './resnet-block.js';
import { traceBelow, type Trace } from '../trace.js';

/** What every block is told besides its features. */
export interface Context {
  /** [N, E], of time, noise level and text, after its activation. */
  readonly embedding: Node;
  /** [N, tokens, text] */
  readonly text: Node;
}

interface BlockOptions {
  readonly attends: boolean;
  readonly headDim: number;
  readonly text: number;
  readonly onlyCross: boolean;
  readonly trace: Trace;
}

/** A resnet, and after it an attention where the block has them. */
type Layer = (x: Node, context: Context) => Node;

interface LayerOptions extends BlockOptions {
  readonly index: number;
  readonly in: number;
  readonly out: number;
}

function layer(scope: nn.Scope, config: UnetConfig, options: LayerOptions): Layer {
  const { index, attends, in: channels, out, trace } = options;
  const groups = config.norm_num_groups;
  const [resnetName, attentionName] = [`resnets.${index}`, `attentions.${index}`];
  const resnet = resnetBlock(scope.at(resnetName), config, {
    in: channels,
    out,
    groups,
    divisor: config.resnet_out_scale_factor,
  });
  const attention = attends
    ? addedKvAttention(scope.at(attentionName), config, {
        ...options,
        channels: out,
        groups,
        trace: traceBelow(trace, attentionName),
      })
    : null;
  return (x, { embedding, text }) => {
    const hidden = trace(resnetName, resnet(x, embedding));
    return attention ? trace(attentionName, attention(hidden, text)) : hidden;
  };
}

const resizer = (scope: nn.Scope, config: UnetConfig, channels: number, resize: 'up' | 'down'): ResnetBlock =>
  resnetBlock(scope, config, {
    in: channels,
    out: channels,
    groups: config.norm_num_groups,
    divisor: config.resnet_out_scale_factor,
    resize,
  });

export interface DownBlockOptions extends BlockOptions {
  readonly in: number;
  readonly out: number;
  readonly layers: number;
  readonly downsample: boolean;
}

/** ResnetDownsampleBlock2D and SimpleCrossAttnDownBlock2D: gives every layer's features, for the way up; the last go on. */
export function downBlock(scope: nn.Scope, config: UnetConfig, options: DownBlockOptions) {
  const { in: channels, out, layers, downsample, trace } = options;
  const stack = Array.from({ length: layers }, (_, index) =>
    layer(scope, config, { ...options, index, in: index === 0 ? channels : out, out }),
  );
  const down = downsample ? resizer(scope.at('downsamplers.0'), config, out, 'down') : null;
  return (x: Node, context: Context): readonly Node[] => {
    const features: Node[] = [];
    for (const one of stack) features.push(one(features.at(-1) ?? x, context));
    if (down) features.push(trace('downsamplers.0', down(features.at(-1)!, context.embedding)));
    return features;
  };
}

export interface UpBlockOptions extends BlockOptions {
  /** Channels of what comes from below. */
  readonly previous: number;
  /** Channels of each layer's skip connection, in the order in which they are used. */
  readonly skips: readonly number[];
  readonly out: number;
  readonly upsample: boolean;
}

/** ResnetUpsampleBlock2D and SimpleCrossAttnUpBlock2D: each layer sees one of the features of the way down beside its own. */
export function upBlock(scope: nn.Scope, config: UnetConfig, options: UpBlockOptions) {
  const { previous, skips, out, upsample, trace } = options;
  const stack = skips.map((skip, index) =>
    layer(scope, config, { ...options, index, in: (index === 0 ? previous : out) + skip, out }),
  );
  const up = upsample ? resizer(scope.at('upsamplers.0'), config, out, 'up') : null;
  return (x: Node, features: readonly Node[], context: Context): Node => {
    const hidden = stack.reduce((below, one, i) => one(ops.concat([below, features[i]!], 1), context), x);
    return up ? trace('upsamplers.0', up(hidden, context.embedding)) : hidden;
  };
}

/** UNetMidBlock2DSimpleCrossAttn: resnet, attention, resnet. */
export function midBlock(scope: nn.Scope, config: UnetConfig, trace: Trace) {
  const channels = config.block_out_channels.at(-1)!;
  const groups = config.norm_num_groups;
  const resnets = ['resnets.0', 'resnets.1'].map((name) =>
    resnetBlock(scope.at(name), config, {
      in: channels,
      out: channels,
      groups,
      divisor: config.mid_block_scale_factor,
    }),
  );
  const name = 'attentions.0';
  const attention: AttentionBlock = addedKvAttention(scope.at(name), config, {
    channels,
    headDim: config.attentionHeadDim.at(-1)!,
    groups,
    text: config.crossAttentionDim.at(-1)!,
    onlyCross: config.midOnlyCrossAttention,
    trace: traceBelow(trace, name),
  });
  return (x: Node, { embedding, text }: Context): Node => {
    const first = trace('resnets.0', resnets[0]!(x, embedding));
    return trace('resnets.1', resnets[1]!(trace(name, attention(first, text)), embedding));
  };
}
