import type { Node } from '../node.js';
import type { Emitter } from '../onnx/emitter.js';
import { apply, requireFloat, requireRank, requireShape, type Operator } from '../operator.js';
import { convolvedSize, coversInput, type ConvolutionAttributes, type Pair } from './convolution.js';

interface WeightGradientAttributes extends ConvolutionAttributes {
  readonly kernel: Pair;
}

/**
 * The gradient of a convolution in its weight: dW[o, c, i, j] = Σ over n, y, x of dY[n, o, y, x] · X[n, c, sy + di, sx + dj].
 * X is [N, C, H, W], dY [N, O, Ho, Wo], the result [O, C / groups, kh, kw].
 *
 * For each of the kh·kw offsets this is one matrix product of dY [O, N·Ho·Wo] with a strided window of X
 * [N·Ho·Wo, C], once X is laid out with its channels last. One convolution with a huge kernel would say the same in
 * one node, but runs several times slower.
 */
export const conv2dWeightGradientOperator: Operator<WeightGradientAttributes> = {
  name: 'conv2dWeightGradient',
  infer: (inputs, attributes) => {
    const { kernel, groups } = attributes;
    requireFloat('conv2dWeightGradient', inputs);
    requireRank('conv2dWeightGradient', inputs, 0, 4);
    requireRank('conv2dWeightGradient', inputs, 1, 4);
    const [[n, channels, height, width], [, out]] = inputs.map(({ shape }) => shape) as [FourSizes, FourSizes];
    const size = [convolvedSize(height, kernel[0], 0, attributes), convolvedSize(width, kernel[1], 1, attributes)];
    requireShape('conv2dWeightGradient', inputs, 1, [n, out, ...size]);
    return { shape: [out, channels / groups, ...kernel] };
  },
  noGradient: 'its second derivative is not implemented',
  onnx: (emit, [x, g], node, attributes) => {
    const [xShape, gShape] = node.inputs.map((operand) => operand.shape as FourSizes) as [FourSizes, FourSizes];
    if (coversInput(xShape, attributes.kernel, attributes)) return asMatrixProduct(emit, x!, g!, xShape, gShape);
    return byWindows(emit, x!, g!, xShape, gShape, attributes);
  },
};

type FourSizes = readonly [number, number, number, number];

/** A kernel as large as the image: dW = dYᵀ · X over the batch. */
function asMatrixProduct(emit: Emitter, x: string, g: string, xShape: FourSizes, gShape: FourSizes): string {
  const [n, channels, height, width] = xShape;
  const rows = emit.node('Reshape', [x, emit.ints([n, channels * height * width])]);
  const product = emit.node('Gemm', [emit.node('Reshape', [g, emit.ints([n, gShape[1]])]), rows], { transA: 1 });
  return emit.node('Reshape', [product, emit.ints([gShape[1], channels, height, width])]);
}

function byWindows(
  emit: Emitter,
  x: string,
  g: string,
  [n, channels, height, width]: FourSizes,
  [, out, outHeight, outWidth]: FourSizes,
  { kernel: [kh, kw], stride, padding, dilation, groups }: WeightGradientAttributes,
): string {
  const perGroup = channels / groups;
  const pixels = n * outHeight * outWidth;
  const sizes = [height + 2 * padding[0], width + 2 * padding[1]];
  const padded = emit.node('Pad', [x, emit.ints([0, 0, ...padding, 0, 0, ...padding])]);
  // Both layouts move a single dimension where there is one group, which ONNX Runtime does several times faster.
  const channelsLast =
    groups === 1
      ? emit.node('Transpose', [padded], { perm: [0, 2, 3, 1] }) // [N, H, W, C]
      : emit.node('Reshape', [
          emit.node('Transpose', [emit.node('Reshape', [padded, emit.ints([n, groups, perGroup, ...sizes])])], {
            perm: [1, 0, 3, 4, 2],
          }),
          emit.ints([groups * n, ...sizes, perGroup]), // [G·N, H, W, C/G]
        ]);
  const rows = emit.node('Reshape', [
    groups === 1
      ? emit.node('Transpose', [g], { perm: [1, 0, 2, 3] })
      : emit.node('Transpose', [emit.node('Reshape', [g, emit.ints([n, groups, out / groups, outHeight, outWidth])])], {
          perm: [1, 2, 0, 3, 4],
        }),
    emit.ints(groups === 1 ? [out, pixels] : [groups, out / groups, pixels]),
  ]);
  const batch = groups === 1 ? [] : [groups];
  const window = (i: number, j: number): string =>
    emit.node('Slice', [
      channelsLast,
      emit.ints([i * dilation[0], j * dilation[1]]),
      emit.ints([i * dilation[0] + stride[0] * (outHeight - 1) + 1, j * dilation[1] + stride[1] * (outWidth - 1) + 1]),
      emit.ints([1, 2]),
      emit.ints(stride),
    ]);
  const products = offsets(kh, kw).map(([i, j]) =>
    emit.node('Reshape', [
      emit.node('MatMul', [rows, emit.node('Reshape', [window(i, j), emit.ints([...batch, pixels, perGroup])])]),
      emit.ints([out, perGroup, 1]),
    ]),
  );
  return emit.node('Reshape', [emit.node('Concat', products, { axis: 2 }), emit.ints([out, perGroup, kh, kw])]);
}

const offsets = (kh: number, kw: number): (readonly [number, number])[] =>
  Array.from({ length: kh * kw }, (_, k) => [Math.floor(k / kw), k % kw]);

/** ∂/∂weight of conv2d, given the convolution's input `x` and the cotangent `g` of its output. */
export const conv2dWeightGradient = (x: Node, g: Node, kernel: Pair, attributes: ConvolutionAttributes): Node =>
  apply(conv2dWeightGradientOperator, [x, g], {
    kernel,
    stride: attributes.stride,
    padding: attributes.padding,
    dilation: attributes.dilation,
    groups: attributes.groups,
  });
