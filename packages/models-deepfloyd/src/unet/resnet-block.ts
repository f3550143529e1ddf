import { nn, ops, type Node } from '@ungrain/graph';
import { ACTIVATIONS } from './activations.js';
import type { UnetConfig } from './config.js';
import { halve } from './halve.js';

export interface ResnetOptions {
  readonly in: number;
  readonly out: number;
  readonly groups: number;
  /** What the sum of both branches is divided by. */
  readonly divisor: number;
  readonly resize?: 'up' | 'down';
}

/** Features [N, C, H, W] and the activated embedding [N, E] to features. */
export type ResnetBlock = (x: Node, embedding: Node) => Node;

const RESIZES: Readonly<Record<'up' | 'down', nn.Module>> = {
  up: (x) => ops.upsampleNearest2d(x, [2, 2]),
  down: halve,
};

/**
 * diffusers' ResnetBlock2D, ADM's residual block (Dhariwal & Nichol 2021, appendix F):
 * norm → act → resize → conv1 → norm2·(1 + scale) + shift → act → conv2, plus the shortcut, which is resized too.
 */
export function resnetBlock(scope: nn.Scope, config: UnetConfig, options: ResnetOptions): ResnetBlock {
  const { in: channels, out, groups, divisor, resize } = options;
  const epsilon = config.norm_eps;
  const modulated = config.resnet_time_scale_shift === 'scale_shift';
  const act = ACTIVATIONS[config.act_fn];
  const resized: nn.Module = resize ? RESIZES[resize] : (x) => x;

  const norm1 = nn.groupNorm(scope.at('norm1'), { groups, channels, epsilon });
  const conv1 = nn.conv2d(scope.at('conv1'), { in: channels, out, kernel: 3, padding: 1 });
  const timeProjection = nn.linear(scope.at('time_emb_proj'), {
    in: config.embeddingDim,
    out: modulated ? 2 * out : out,
  });
  const norm2 = nn.groupNorm(scope.at('norm2'), { groups, channels: out, epsilon });
  const conv2 = nn.conv2d(scope.at('conv2'), { in: out, out, kernel: 3, padding: 1 });
  const shortcut: nn.Module =
    channels === out ? (x) => x : nn.conv2d(scope.at('conv_shortcut'), { in: channels, out, kernel: 1 });

  return (x, embedding) => {
    const features = timeProjection(embedding);
    const perChannel = ops.reshape(features, [...features.shape, 1, 1]);
    const hidden = conv1(resized(act(norm1(x))));
    const told = modulated ? modulate(norm2(hidden), perChannel) : norm2(ops.add(hidden, perChannel));
    const sum = ops.add(shortcut(resized(x)), conv2(act(told)));
    return divisor === 1 ? sum : ops.multiply(sum, 1 / divisor);
  };
}

/** x·(1 + scale) + shift, both halves of `features` [N, 2C, 1, 1]. */
function modulate(x: Node, features: Node): Node {
  const [scale, shift] = ops.split(features, 2, 1);
  return ops.add(ops.multiply(x, ops.add(scale!, 1)), shift!);
}
