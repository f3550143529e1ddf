import { nn, ops, constant, type Node } from '@ungrain/graph';

export interface SinusoidOptions {
  readonly features: number;
  /** The cosines first, as IF has them. */
  readonly cosineFirst: boolean;
  /** Taken off the number of frequencies: 1 makes the last one 1/10000 exactly. */
  readonly shift: number;
}

/** Ho et al. 2020's positions of Vaswani et al. 2017: sin and cos of t·10000^(−i/(F/2 − shift)). [N] → [N, features]. */
export function sinusoid(time: Node, { features, cosineFirst, shift }: SinusoidOptions): Node {
  const half = features / 2;
  const frequencies = Array.from({ length: half }, (_, i) => Math.exp((-Math.log(10_000) * i) / (half - shift)));
  const angles = ops.multiply(ops.reshape(time, [...time.shape, 1]), constant(frequencies, [1, half]));
  const waves = [ops.sin(angles), ops.cos(angles)];
  return ops.concat(cosineFirst ? waves.toReversed() : waves, 1);
}

export interface EmbeddingOptions {
  readonly in: number;
  readonly out: number;
  readonly activation: nn.Module;
}

/** diffusers' TimestepEmbedding: linear, activation, linear. [N, in] → [N, out]. */
export function timestepEmbedding(scope: nn.Scope, { in: features, out, activation }: EmbeddingOptions): nn.Module {
  const first = nn.linear(scope.at('linear_1'), { in: features, out });
  const second = nn.linear(scope.at('linear_2'), { in: out, out });
  return (x) => second(activation(first(x)));
}
