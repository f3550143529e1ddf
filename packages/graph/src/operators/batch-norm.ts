import type { Emitter } from '../onnx/emitter.js';
import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireShape, type Operator } from '../operator.js';
import { channelLayout, type ChannelLayout } from './channel-layout.js';

/** Images may be in blocks of channels, [N, C/b, H, W, b], once passes have chosen layouts. */
interface Blocked {
  readonly blocked?: boolean;
}

interface BatchNormAttributes extends Blocked {
  readonly epsilon: number;
}

const NOT_IMPLEMENTED = 'its second derivative is not implemented';
const STATISTICS_ONLY = 'it is for running statistics; batchNorm has the whole gradient';

/** The number of channels of the first operand, float32 and [N, C, …] or blocked. */
function requireChannels(name: string, inputs: readonly Node[], blocked: boolean | undefined): number {
  requireFloat(name, inputs);
  const { shape } = inputs[0]!;
  if (shape[1] === undefined) throw refuse(name, inputs, 'the first operand needs a dimension of channels');
  return channelLayout(shape, blocked).channels;
}

/**
 * Batch normalisation with the batch's own statistics (Ioffe & Szegedy, 2015): y = γ·(x − μ)·r + β, r = 1/√(σ² + ε),
 * with μ and the population variance σ² over everything but the channels. x is [N, C, …], γ and β are [C].
 *
 * The deviations x − μ are computed once and shared by the variance, the output and the gradient; a single pass over
 * Σx² would be shorter but loses digits where the mean is large.
 */
export const batchNormOperator: Operator<BatchNormAttributes> = {
  name: 'batchNorm',
  infer: (inputs, { blocked }) => {
    const channels = requireChannels('batchNorm', inputs, blocked);
    const [x, ...perChannel] = inputs;
    if (perChannel.some(({ shape }) => shape.length !== 1 || shape[0] !== channels))
      throw refuse('batchNorm', inputs, `the scale and shift need one number a channel`);
    return { shape: x!.shape };
  },
  gradient: ({ inputs: [x, gamma], attributes, cotangent }) => [
    apply(batchNormInputGradientOperator, [x!, gamma!, cotangent], attributes),
    apply(batchNormScaleGradientOperator, [x!, cotangent], attributes),
    apply(batchNormShiftGradientOperator, [cotangent], {}),
  ],
  onnx: (emit, [x, gamma, beta], node, { epsilon, blocked }) => {
    const layout = channelLayout(node.shape, blocked);
    const { deviation, drift, scale } = statistics(emit, x!, layout, epsilon);
    const slope = emit.node('Mul', [scale, layout.kept(emit, gamma!)]);
    const shift = emit.node('Sub', [layout.kept(emit, beta!), emit.node('Mul', [drift, slope])]);
    return layout.unview(emit, layout.affine(emit, deviation, slope, shift));
  },
};

/** dx = γr·(dy − mean(dy) − x̂·mean(dy·x̂)) = a·dy + k₁·(x − μ) + k₀, with a, k₁ and k₀ per channel. */
export const batchNormInputGradientOperator: Operator<BatchNormAttributes> = {
  name: 'batchNormInputGradient',
  infer: (inputs, { blocked }) => {
    const [x] = inputs;
    requireShape('batchNormInputGradient', inputs, 1, [requireChannels('batchNormInputGradient', inputs, blocked)]);
    requireShape('batchNormInputGradient', inputs, 2, x!.shape);
    return { shape: x!.shape };
  },
  noGradient: NOT_IMPLEMENTED,
  onnx: (emit, [x, gamma, g], node, { epsilon, blocked }) => {
    const layout = channelLayout(node.shape, blocked);
    const statistic = statistics(emit, x!, layout, epsilon);
    const { deviation, drift, scale } = statistic;
    const cotangent = layout.view(emit, g!);
    const count = emit.float(-1 / layout.count);
    const slope = emit.node('Mul', [scale, layout.kept(emit, gamma!)]); // a = γr
    const shiftGradient = layout.sum(emit, cotangent); // dβ
    const k0 = emit.node('Mul', [emit.node('Mul', [slope, shiftGradient]), count]);
    const dot = dotWithDeviation(emit, cotangent, statistic, layout);
    const k1 = emit.node('Mul', [
      emit.node('Mul', [slope, emit.node('Mul', [emit.node('Mul', [scale, scale]), dot])]),
      count,
    ]);
    const rest = emit.node('Sub', [k0, emit.node('Mul', [drift, k1])]);
    const deviationTerms = layout.affine(emit, deviation, k1, rest);
    return layout.unview(emit, layout.scaledSum(emit, cotangent, slope, deviationTerms));
  },
};

/** dγ = Σ dy·x̂ = r·Σ dy·(x − μ). */
export const batchNormScaleGradientOperator: Operator<BatchNormAttributes> = {
  name: 'batchNormScaleGradient',
  infer: (inputs, { blocked }) => {
    requireShape('batchNormScaleGradient', inputs, 1, inputs[0]!.shape);
    return { shape: [requireChannels('batchNormScaleGradient', inputs, blocked)] };
  },
  noGradient: NOT_IMPLEMENTED,
  onnx: (emit, [x, g], node, { epsilon, blocked }) => {
    const layout = channelLayout(node.inputs[0]!.shape, blocked);
    const statistic = statistics(emit, x!, layout, epsilon);
    const dot = dotWithDeviation(emit, layout.view(emit, g!), statistic, layout);
    return layout.vector(emit, emit.node('Mul', [dot, statistic.scale]));
  },
};

/** dβ = Σ dy. */
export const batchNormShiftGradientOperator = channelStatistic(
  'batchNormShiftGradient',
  NOT_IMPLEMENTED,
  (emit, g, layout) => layout.sum(emit, layout.view(emit, g)),
);

/** The mean of each channel, [C]. Not differentiated: batchNorm's own rule accounts for it. */
export const batchMeanOperator = channelStatistic('batchMean', STATISTICS_ONLY, (emit, x, layout) =>
  meanKept(emit, layout.view(emit, x), layout),
);

/** The population variance of each channel, [C]. Not differentiated: batchNorm's own rule accounts for it. */
export const batchVarianceOperator = channelStatistic(
  'batchVariance',
  STATISTICS_ONLY,
  (emit, x, layout) => statistics(emit, x, layout, 0).variance,
);

/** An operator from images to one number a channel, [C]. */
function channelStatistic(
  name: string,
  noGradient: string,
  kept: (emit: Emitter, images: string, layout: ChannelLayout) => string,
): Operator<Blocked> {
  return {
    name,
    infer: (inputs, { blocked }) => ({ shape: [requireChannels(name, inputs, blocked)] }),
    noGradient,
    onnx: (emit, [images], node, { blocked }) => {
      const layout = channelLayout(node.inputs[0]!.shape, blocked);
      return layout.vector(emit, kept(emit, images!, layout));
    },
  };
}

const meanKept = (emit: Emitter, view: string, layout: ChannelLayout): string =>
  emit.node('Mul', [layout.sum(emit, view), emit.float(1 / layout.count)]);

/**
 * x − m with m the computed mean, the variance, and r = 1/√(variance + ε); the emitter writes each of them once a graph.
 * m is a rounded float32: where the mean is large and the variance small, x − m still has a mean that counts, the drift.
 * It is a number a channel, so taking it into account costs one sum and no pass over the pixels: x − μ = deviation − drift.
 */
function statistics(emit: Emitter, x: string, layout: ChannelLayout, epsilon: number) {
  const view = layout.view(emit, x);
  const deviation = emit.node('Sub', [view, layout.spread(emit, meanKept(emit, view, layout))]);
  const drift = meanKept(emit, deviation, layout);
  const variance = emit.node('Mul', [layout.dot(emit, deviation, deviation), emit.float(1 / layout.count)]);
  const scale = emit.node('Reciprocal', [emit.node('Sqrt', [emit.node('Add', [variance, emit.float(epsilon)])])]);
  return { deviation, drift, variance, scale };
}

/** Σ dy·(x − μ). */
const dotWithDeviation = (
  emit: Emitter,
  g: string,
  { deviation, drift }: { readonly deviation: string; readonly drift: string },
  layout: ChannelLayout,
): string => emit.node('Sub', [layout.dot(emit, g, deviation), emit.node('Mul', [drift, layout.sum(emit, g)])]);

/** Batch normalisation of `x` [N, C, …] by its own statistics, scaled by `gamma` [C] and shifted by `beta` [C]. */
export const batchNorm = (x: Node, gamma: Node, beta: Node, epsilon = 1e-5): Node =>
  apply(batchNormOperator, [x, gamma, beta], { epsilon });

/** Mean and population variance of each channel of `x` [N, C, …], both [C]. */
export const batchStatistics = (x: Node): { readonly mean: Node; readonly variance: Node } => ({
  mean: apply(batchMeanOperator, [x], {}),
  variance: apply(batchVarianceOperator, [x], {}),
});
