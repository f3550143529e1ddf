import { sizeOf } from '@ungrain/core';
import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireRank, requireShape, type Operator } from '../operator.js';
import { pair, type Pair } from './convolution.js';
import { poolWindows, type PoolOptions } from './pooling.js';

/** Geometry of a pooling window. Every pair is (height, width). */
interface MaxPoolAttributes {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  /** Pixels of −∞ added at the top and left, and at the bottom and right. */
  readonly before: Pair;
  readonly after: Pair;
}

/** The largest pixel of each window of x [N, C, H, W]. The first of equal ones in row-major order gets the cotangent. */
export const maxPool2dOperator: Operator<MaxPoolAttributes> = {
  name: 'maxPool2d',
  infer: (inputs, attributes) => {
    requireFloat('maxPool2d', inputs);
    requireRank('maxPool2d', inputs, 0, 4);
    const [n, channels, height, width] = inputs[0]!.shape as [number, number, number, number];
    const { kernel, before, after } = attributes;
    if ([0, 1].some((i) => Math.max(before[i]!, after[i]!) >= kernel[i]!))
      throw refuse('maxPool2d', inputs, `the padding has to be smaller than the window of ${kernel.join('×')}`);
    const size = [pooledSize(height, 0, attributes), pooledSize(width, 1, attributes)];
    if (size.some((pixels) => pixels < 1))
      throw refuse('maxPool2d', inputs, `a window of ${kernel.join('×')} is larger than the padded image`);
    return { shape: [n, channels, ...size] };
  },
  gradient: ({ inputs: [x], attributes, cotangent }) => [apply(maxPool2dGradientOperator, [x!, cotangent], attributes)],
  onnx: (emit, inputs, _node, attributes) => emit.node('MaxPool', inputs, onnxPool(attributes)),
};

/** Adds each pixel of the cotangent to the pixel of x that was the largest of its window. */
export const maxPool2dGradientOperator: Operator<MaxPoolAttributes> = {
  name: 'maxPool2dGradient',
  infer: (inputs, attributes) => {
    const [x] = inputs;
    const { shape } = maxPool2dOperator.infer([x!], attributes);
    requireShape('maxPool2dGradient', inputs, 1, shape);
    return { shape: x!.shape };
  },
  noGradient: 'the derivative of a pooled maximum is only defined once',
  onnx: (emit, [x, cotangent], node, attributes) => {
    const positions = emit.nodeOutput('MaxPool', [x!], 1, 2, onnxPool(attributes)); // flat, over the whole of x
    const flat = (value: string): string => emit.node('Reshape', [value, emit.ints([-1])]);
    const zeros = emit.node('Expand', [emit.float(0), emit.ints([sizeOf(node.shape)])]);
    const sums = emit.node('ScatterElements', [zeros, flat(positions), flat(cotangent!)], { reduction: 'add' });
    return emit.node('Reshape', [sums, emit.ints(node.shape)]);
  },
};

const onnxPool = ({ kernel, stride, dilation, before, after }: MaxPoolAttributes) => ({
  kernel_shape: kernel,
  strides: stride,
  dilations: dilation,
  pads: [...before, ...after],
});

/** Pixels from the first to the last of a window. */
const reach = ({ kernel, dilation }: Pick<MaxPoolAttributes, 'kernel' | 'dilation'>, i: number): number =>
  dilation[i]! * (kernel[i]! - 1) + 1;

const pooledSize = (n: number, i: 0 | 1, attributes: MaxPoolAttributes): number =>
  Math.floor((n + attributes.before[i] + attributes.after[i] - reach(attributes, i)) / attributes.stride[i]) + 1;

/** The largest pixel of each window of `x` [N, C, H, W]. */
export function maxPool2d(
  x: Node,
  kernel: number | Pair,
  { stride = kernel, padding = 0, dilation = 1, ceilMode = false }: PoolOptions & { dilation?: number | Pair } = {},
): Node {
  requireRank('maxPool2d', [x], 0, 4);
  const window = { kernel: pair(kernel), dilation: pair(dilation) };
  const [strides, before] = [pair(stride), pair(padding)];
  const after = ([0, 1] as const).map((i) => {
    const n = x.shape[i + 2]!;
    const geometry = { stride: strides[i], padding: before[i], ceilMode };
    const last = (poolWindows(n, reach(window, i), geometry) - 1) * strides[i];
    return Math.max(0, last + reach(window, i) - n - before[i]);
  }) as [number, number];
  return apply(maxPool2dOperator, [x], { ...window, stride: strides, before, after });
}
