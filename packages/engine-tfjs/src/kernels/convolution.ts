import type { ops } from '@ungrain/graph';
import type { AttributesOf } from '../rules/rule.js';
import type { Tensorflow, TfTensor } from '../tensorflow.js';
import { padded } from './pad.js';

/**
 * Convolutions as TensorFlow has them: images [N, H, W, C], kernels [kh, kw, C, O], padding either none or 'same'. What
 * else the graph may ask for is made of these: other paddings by adding zeros or cutting pixels off, dilation by zeros
 * inside the kernel (TensorFlow has no dilation together with a stride), groups one by one.
 */

export type Geometry = Pick<AttributesOf<typeof ops.conv2dOperator>, 'stride' | 'padding' | 'dilation' | 'groups'>;
type Pair = readonly [number, number];
type Image = readonly [n: number, height: number, width: number, channels: number];

/** A kernel [O, C, kh, kw] as [kh, kw, C, O]. */
export const asTfKernel = (tf: Tensorflow, weight: TfTensor): TfTensor => tf.transpose(weight, [2, 3, 1, 0]);

/** x [N, H, W, C] with a kernel [kh, kw, C / groups, O] gives [N, Ho, Wo, O]. */
export function convolve(tf: Tensorflow, x: TfTensor, kernel: TfTensor, geometry: Geometry): TfTensor {
  const { stride, groups } = geometry;
  const filter = dilated(tf, kernel, geometry.dilation);
  const same = isSame(x.shape as unknown as Image, filter.shape.slice(0, 2) as unknown as Pair, geometry);
  const input = same ? x : withZeros(tf, x, geometry.padding);
  const one = (image: TfTensor, own: TfTensor): TfTensor =>
    runKernel(tf, 'Conv2D', { x: image, filter: own }, { ...attributesOf(stride, same), dilations: [1, 1] });
  if (groups === 1) return one(input, filter);
  const kernels = tf.split(filter, groups, 3);
  return tf.concat(
    tf.split(input, groups, 3).map((part, i) => one(part, kernels[i]!)),
    3,
  );
}

/**
 * The adjoint of `convolve` in x: from [N, H, W, O] to an image of `size` [height, width] with C channels. As a
 * transposed convolution its kernel is [kh, kw, O', C'] with O' the channels of the result in a group.
 */
export function transposedConvolve(
  tf: Tensorflow,
  x: TfTensor,
  kernel: TfTensor,
  size: Pair,
  geometry: Geometry,
): TfTensor {
  const { stride, padding, groups } = geometry;
  const filter = dilated(tf, kernel, geometry.dilation);
  const [n] = x.shape as unknown as Image;
  const extent = filter.shape.slice(0, 2) as unknown as Pair;
  const channels = filter.shape[2]!;
  const same = isSame([n, ...size, channels], extent, geometry);
  const [height, width] = same ? size : ([0, 1] as const).map((i) => size[i] + 2 * padding[i]);
  const one = (dy: TfTensor, own: TfTensor): TfTensor =>
    runKernel(
      tf,
      'Conv2DBackpropInput',
      { dy, filter: own },
      { ...attributesOf(stride, same), inputShape: [n, height, width, channels] },
    );
  const kernels = groups === 1 ? [filter] : tf.split(filter, groups, 3);
  const parts = groups === 1 ? [x] : tf.split(x, groups, 3);
  const results = parts.map((part, i) => one(part, kernels[i]!));
  const whole = groups === 1 ? results[0]! : tf.concat(results, 3);
  if (same || padding.every((p) => p === 0)) return whole;
  return tf.slice(whole, [0, ...padding, 0], [n, ...size, whole.shape[3]!]);
}

/** The gradient of `convolve` in its kernel, [kh, kw, C / groups, O], from x [N, H, W, C] and dy [N, Ho, Wo, O]. */
export function kernelGradient(tf: Tensorflow, x: TfTensor, dy: TfTensor, kernel: Pair, geometry: Geometry): TfTensor {
  const { stride, padding, dilation, groups } = geometry;
  const extent = ([0, 1] as const).map((i) => dilation[i] * (kernel[i] - 1) + 1) as unknown as Pair;
  const same = isSame(x.shape as unknown as Image, extent, geometry);
  const input = same ? x : withZeros(tf, x, padding);
  const one = (image: TfTensor, flow: TfTensor): TfTensor => {
    const filterShape = [...extent, image.shape[3]!, flow.shape[3]!];
    const attributes = { ...attributesOf(stride, same), filterShape };
    return runKernel(tf, 'Conv2DBackpropFilter', { x: image, dy: flow }, attributes);
  };
  const flows = groups === 1 ? [dy] : tf.split(dy, groups, 3);
  const parts = groups === 1 ? [input] : tf.split(input, groups, 3);
  const results = parts.map((part, i) => one(part, flows[i]!));
  const whole = groups === 1 ? results[0]! : tf.concat(results, 3);
  if (dilation.every((d) => d === 1)) return whole;
  return tf.stridedSlice(whole, [0, 0, 0, 0], whole.shape, [...dilation, 1, 1]);
}

/** These operations are not all in the library's public functions, and its own checks would be made a second time. */
const runKernel = (
  tf: Tensorflow,
  name: string,
  inputs: Readonly<Record<string, TfTensor>>,
  attributes: object,
): TfTensor => tf.engine().runKernel(name, inputs, attributes as never);

const attributesOf = (strides: Pair, same: boolean) => ({
  strides,
  pad: same ? 'same' : 'valid',
  dataFormat: 'NHWC',
  dimRoundingMode: undefined,
});

const withZeros = (tf: Tensorflow, x: TfTensor, [rows, columns]: Pair): TfTensor =>
  rows + columns === 0 ? x : padded(tf, x, [0, rows, columns, 0], [0, rows, columns, 0]);

/** True if TensorFlow's 'same' would add just these zeros: ⌈n / s⌉ pixels, and as many zeros in front as behind. */
const isSame = ([, height, width]: Image, extent: Pair, { stride, padding }: Geometry): boolean =>
  [height, width].every((n, i) => {
    const out = Math.ceil(n / stride[i]!);
    return (out - 1) * stride[i]! + extent[i]! - n === 2 * padding[i]!;
  });

/** The kernel with dilation − 1 zeros behind each tap, but the last. */
function dilated(tf: Tensorflow, kernel: TfTensor, dilation: Pair): TfTensor {
  if (dilation.every((d) => d === 1)) return kernel;
  const [kh, kw, channels, out] = kernel.shape as unknown as readonly [number, number, number, number];
  const spread = padded(
    tf,
    tf.reshape(kernel, [kh, 1, kw, 1, channels * out]),
    [0, 0, 0, 0, 0],
    [0, dilation[0] - 1, 0, dilation[1] - 1, 0],
  );
  const grid = tf.reshape(spread, [kh * dilation[0], kw * dilation[1], channels, out]);
  return tf.slice(grid, [0, 0, 0, 0], [dilation[0] * (kh - 1) + 1, dilation[1] * (kw - 1) + 1, channels, out]);
}
