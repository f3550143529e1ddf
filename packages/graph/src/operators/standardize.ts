import { sizeOf, type Shape } from '@ungrain/core';
import type { Node } from '../node.js';
import type { Emitter } from '../onnx/emitter.js';
import { apply, axisOf, refuse, requireFloat, requireShape, type Operator } from '../operator.js';

interface StandardizeAttributes {
  /** The dimensions that share a mean and a variance. */
  readonly axes: readonly number[];
  readonly epsilon: number;
}

/**
 * x̂ = (x − μ)·r with r = 1/√(σ² + ε), where μ and the population variance σ² are taken over some dimensions: the core of
 * layer, group and instance normalisation. The variance is the mean of the squared deviations, computed after the mean:
 * a single pass over x and x² would lose digits where the mean is large.
 */
export const standardizeOperator: Operator<StandardizeAttributes> = {
  name: 'standardize',
  infer: (inputs, { axes }) => {
    requireFloat('standardize', inputs);
    const { shape } = inputs[0]!;
    if (axes.length === 0 || axes.some((axis) => !shape[axis]))
      throw refuse('standardize', inputs, `there is no mean over dimensions [${axes.join(', ')}]`);
    return { shape };
  },
  gradient: ({ inputs: [x], attributes, cotangent }) => [
    apply(standardizeGradientOperator, [x!, cotangent], attributes),
  ],
  onnx: (emit, [x], { shape }, attributes) => {
    if (isTrailing(attributes.axes, shape)) return asInstances(emit, x!, shape, attributes);
    const { deviation, scale } = statistics(emit, x!, shape, attributes);
    return emit.node('Mul', [deviation, scale]);
  },
};

/** Dimensions up to the last one, so that what is normalised together lies together in memory. */
const isTrailing = (axes: readonly number[], { length }: Shape): boolean =>
  axes.every((axis, i) => axis === length - axes.length + i);

/** One ONNX node, twice as fast as its parts: each run of elements is a channel of a single image. */
function asInstances(emit: Emitter, x: string, shape: Shape, { axes, epsilon }: StandardizeAttributes): string {
  const runs = sizeOf(shape.slice(0, shape.length - axes.length));
  const ones = emit.floats(new Float32Array(runs).fill(1), [runs]);
  const zeros = emit.floats(new Float32Array(runs), [runs]);
  const image = emit.node('Reshape', [x, emit.ints([1, runs, sizeOf(shape) / runs])]);
  const normalised = emit.node('InstanceNormalization', [image, ones, zeros], { epsilon: { float: epsilon } });
  return emit.node('Reshape', [normalised, emit.ints(shape)]);
}

/** dx = r·(dy − mean(dy) − x̂·mean(dy·x̂)). */
export const standardizeGradientOperator: Operator<StandardizeAttributes> = {
  name: 'standardizeGradient',
  infer: (inputs, attributes) => {
    requireFloat('standardizeGradient', inputs);
    requireShape('standardizeGradient', inputs, 1, inputs[0]!.shape);
    return standardizeOperator.infer(inputs, attributes);
  },
  noGradient: 'its second derivative is not implemented',
  onnx: (emit, [x, cotangent], { shape }, attributes) => {
    const { deviation, scale } = statistics(emit, x!, shape, attributes);
    const axes = emit.ints(attributes.axes);
    const centred = emit.node('Sub', [cotangent!, emit.node('ReduceMean', [cotangent!, axes], { keepdims: 1 })]);
    const dot = emit.node('ReduceMean', [emit.node('Mul', [cotangent!, deviation]), axes], { keepdims: 1 });
    const pull = emit.node('Mul', [dot, emit.node('Mul', [scale, scale])]); // (x − μ)·r²·mean(dy·(x − μ)) = x̂·mean(dy·x̂)
    return emit.node('Mul', [emit.node('Sub', [centred, emit.node('Mul', [deviation, pull])]), scale]);
  },
};

/** x − μ and r = 1/√(σ² + ε). */
function statistics(emit: Emitter, x: string, shape: Shape, { axes, epsilon }: StandardizeAttributes) {
  const over = emit.ints(axes);
  const deviation = emit.node('Sub', [x, emit.node('ReduceMean', [x, over], { keepdims: 1 })]);
  const squares = emit.node('ReduceSumSquare', [deviation, over], { keepdims: 1 });
  const variance = emit.node('Mul', [squares, emit.float(1 / sizeOf(axes.map((axis) => shape[axis]!)))]);
  const scale = emit.node('Reciprocal', [emit.node('Sqrt', [emit.node('Add', [variance, emit.float(epsilon)])])]);
  return { deviation, scale };
}

/** `x` with mean 0 and variance 1 over `axes` together (negative ones count from the back). */
export const standardize = (x: Node, axes: readonly number[], epsilon = 1e-5): Node =>
  apply(standardizeOperator, [x], {
    axes: axes.map((axis) => axisOf('standardize', [x], axis, x.shape.length)).toSorted((a, b) => a - b),
    epsilon,
  });
