import type { Emitter } from '../onnx/emitter.js';
import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireShape, type Operator } from '../operator.js';
import { sizeOf, type Shape } from '@ungrain/core';

interface BatchNormAttributes {
  readonly epsilon: number;
}

const NOT_IMPLEMENTED = 'its second derivative is not implemented';
const STATISTICS_ONLY = 'it is for running statistics; batchNorm has the whole gradient';

/** The number of channels of the first operand, [N, C, …] and float32. */
function requireChannels(name: string, inputs: readonly Node[]): number {
  requireFloat(name, inputs);
  const channels = inputs[0]!.shape[1];
  if (channels === undefined) throw refuse(name, inputs, 'the first operand needs a dimension of channels');
  return channels;
}

/**
 * Batch normalisation with the batch's own statistics (Ioffe & Szegedy, 2015): y = γ·(x − μ)·r + β, r = 1/√(σ² + ε),
 * with μ and the population variance σ² over everything but dimension 1. x is [N, C, …], γ and β are [C].
 *
 * The deviations x − μ are computed once and shared by the variance, the output and the gradient; a single pass over
 * Σx² would be shorter but loses digits where the mean is large.
 */
export const batchNormOperator: Operator<BatchNormAttributes> = {
  name: 'batchNorm',
  infer: (inputs) => {
    requireFloat('batchNorm', inputs);
    const [x, ...perChannel] = inputs;
    const channels = x!.shape[1];
    if (channels === undefined || perChannel.some(({ shape }) => shape.length !== 1 || shape[0] !== channels))
      throw refuse('batchNorm', inputs, `the scale and shift need one number a channel`);
    return { shape: x!.shape };
  },
  gradient: ({ inputs: [x, gamma], attributes, cotangent }) => [
    apply(batchNormInputGradientOperator, [x!, gamma!, cotangent], attributes),
    apply(batchNormScaleGradientOperator, [x!, cotangent], attributes),
    apply(batchNormShiftGradientOperator, [cotangent], {}),
  ],
  onnx: (emit, [x, gamma, beta], node, { epsilon }) => {
    const { shape } = node.inputs[0]!;
    const { deviation, drift, scale } = statistics(emit, x!, shape, epsilon);
    const slope = emit.node('Mul', [scale, perChannel(emit, gamma!, shape)]);
    const shift = emit.node('Sub', [perChannel(emit, beta!, shape), emit.node('Mul', [drift, slope])]);
    return emit.node('Add', [emit.node('Mul', [deviation, slope]), shift]);
  },
};

/** dx = γr·(dy − mean(dy) − x̂·mean(dy·x̂)) = a·dy + k₁·(x − μ) + k₀, with a, k₁ and k₀ per channel. */
export const batchNormInputGradientOperator: Operator<BatchNormAttributes> = {
  name: 'batchNormInputGradient',
  infer: (inputs) => {
    const [x] = inputs;
    requireChannels('batchNormInputGradient', inputs);
    requireShape('batchNormInputGradient', inputs, 1, [x!.shape[1]!]);
    requireShape('batchNormInputGradient', inputs, 2, x!.shape);
    return { shape: x!.shape };
  },
  noGradient: NOT_IMPLEMENTED,
  onnx: (emit, [x, gamma, g], node, { epsilon }) => {
    const { shape } = node.inputs[0]!;
    const statistic = statistics(emit, x!, shape, epsilon);
    const { deviation, drift, scale } = statistic;
    const count = emit.float(-1 / (sizeOf(shape) / shape[1]!));
    const slope = emit.node('Mul', [scale, perChannel(emit, gamma!, shape)]); // a = γr
    const shiftGradient = sumKept(emit, g!, shape); // dβ
    const k0 = emit.node('Mul', [emit.node('Mul', [slope, shiftGradient]), count]);
    const dot = dotWithDeviation(emit, g!, statistic, shape);
    const k1 = emit.node('Mul', [
      emit.node('Mul', [slope, emit.node('Mul', [emit.node('Mul', [scale, scale]), dot])]),
      count,
    ]);
    const terms = emit.node('Add', [emit.node('Mul', [g!, slope]), emit.node('Mul', [deviation, k1])]);
    return emit.node('Add', [terms, emit.node('Sub', [k0, emit.node('Mul', [drift, k1])])]);
  },
};

/** dγ = Σ dy·x̂ = r·Σ dy·(x − μ). */
export const batchNormScaleGradientOperator: Operator<BatchNormAttributes> = {
  name: 'batchNormScaleGradient',
  infer: (inputs) => {
    requireShape('batchNormScaleGradient', inputs, 1, inputs[0]!.shape);
    return { shape: [requireChannels('batchNormScaleGradient', inputs)] };
  },
  noGradient: NOT_IMPLEMENTED,
  onnx: (emit, [x, g], node, { epsilon }) => {
    const { shape } = node.inputs[0]!;
    const statistic = statistics(emit, x!, shape, epsilon);
    const dot = dotWithDeviation(emit, g!, statistic, shape);
    return emit.node('Reshape', [emit.node('Mul', [dot, statistic.scale]), emit.ints([shape[1]!])]);
  },
};

/** dβ = Σ dy. */
export const batchNormShiftGradientOperator: Operator = {
  name: 'batchNormShiftGradient',
  infer: (inputs) => ({ shape: [requireChannels('batchNormShiftGradient', inputs)] }),
  noGradient: NOT_IMPLEMENTED,
  onnx: (emit, [g], node) => {
    const { shape } = node.inputs[0]!;
    return emit.node('Reshape', [sumKept(emit, g!, shape), emit.ints([shape[1]!])]);
  },
};

/** The mean of each channel, [C]. Not differentiated: batchNorm's own rule accounts for it. */
export const batchMeanOperator: Operator = {
  name: 'batchMean',
  infer: (inputs) => ({ shape: [requireChannels('batchMean', inputs)] }),
  noGradient: STATISTICS_ONLY,
  onnx: (emit, [x], node) => emit.node('Reshape', [meanKept(emit, x!, node.inputs[0]!.shape), emit.ints(node.shape)]),
};

/** The population variance of each channel, [C]. Not differentiated: batchNorm's own rule accounts for it. */
export const batchVarianceOperator: Operator = {
  name: 'batchVariance',
  infer: (inputs) => ({ shape: [requireChannels('batchVariance', inputs)] }),
  noGradient: STATISTICS_ONLY,
  onnx: (emit, [x], node) =>
    emit.node('Reshape', [statistics(emit, x!, node.inputs[0]!.shape, 0).variance, emit.ints(node.shape)]),
};

const keptShape = (shape: Shape): number[] => shape.map((size, i) => (i === 1 ? size : 1));

const perChannel = (emit: Emitter, value: string, shape: Shape): string =>
  emit.node('Reshape', [value, emit.ints(keptShape(shape))]);

/** Σ over all but the channels, [1, C, 1, …]: first within each image, then over the batch, which is faster and loses fewer digits. */
function sumKept(emit: Emitter, x: string, shape: Shape): string {
  const inner = shape.flatMap((_, i) => (i > 1 ? [i] : []));
  const perImage = inner.length === 0 ? x : emit.node('ReduceSum', [x, emit.ints(inner)], { keepdims: 1 });
  return emit.node('ReduceSum', [perImage, emit.ints([0])], { keepdims: 1 });
}

const meanKept = (emit: Emitter, x: string, shape: Shape): string =>
  emit.node('Mul', [sumKept(emit, x, shape), emit.float(shape[1]! / sizeOf(shape))]);

/**
 * x − m with m the computed mean, the variance, and r = 1/√(variance + ε); the emitter writes each of them once a graph.
 * m is a rounded float32: where the mean is large and the variance small, x − m still has a mean that counts, the drift.
 * It is a number a channel, so taking it into account costs one sum and no pass over the pixels: x − μ = deviation − drift.
 */
function statistics(emit: Emitter, x: string, shape: Shape, epsilon: number) {
  const deviation = emit.node('Sub', [x, meanKept(emit, x, shape)]);
  const drift = meanKept(emit, deviation, shape);
  const variance = meanKept(emit, emit.node('Mul', [deviation, deviation]), shape);
  const scale = emit.node('Reciprocal', [emit.node('Sqrt', [emit.node('Add', [variance, emit.float(epsilon)])])]);
  return { deviation, drift, variance, scale };
}

/** Σ dy·(x − μ). */
const dotWithDeviation = (
  emit: Emitter,
  g: string,
  { deviation, drift }: { readonly deviation: string; readonly drift: string },
  shape: Shape,
): string =>
  emit.node('Sub', [
    sumKept(emit, emit.node('Mul', [g, deviation]), shape),
    emit.node('Mul', [drift, sumKept(emit, g, shape)]),
  ]);

/** Batch normalisation of `x` [N, C, …] by its own statistics, scaled by `gamma` [C] and shifted by `beta` [C]. */
export const batchNorm = (x: Node, gamma: Node, beta: Node, epsilon = 1e-5): Node =>
  apply(batchNormOperator, [x, gamma, beta], { epsilon });

/** Mean and population variance of each channel of `x` [N, C, …], both [C]. */
export const batchStatistics = (x: Node): { readonly mean: Node; readonly variance: Node } => ({
  mean: apply(batchMeanOperator, [x], {}),
  variance: apply(batchVarianceOperator, [x], {}),
});
