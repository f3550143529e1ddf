import type { Node } from '../../node.js';
import { apply, requireFloat, requireRank, type Operator } from '../../operator.js';
import type { ConvolutionAttributes, Pair } from '../../operators/convolution.js';
import { BLOCKED_DOMAIN } from './layout.js';

interface BlockedWeightGradientAttributes {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly padding: Pair;
}

/**
 * The gradient of a convolution in its weight as one blocked convolution in which the *images* take the role of the
 * channels: dW[o, c, i, j] = Σ over n, y, x of dY[n, o, y, x] · X[n, c, sy + i, sx + j].
 *
 * The cotangent dY is the filter, with O output channels, N input channels and a kernel as large as the image. X is the
 * input, [C/b, N, H, W·b]: its rows hold b channels side by side at each pixel, so a dilation of s·b walks over pixels,
 * and the kw·b columns of the result are the kernel's columns for b channels. No window is ever copied.
 *
 * x is [N, C/b, H, W, b], the cotangent [N, O/b, Ho, Wo, b], the result [O, C, kh, kw].
 */
export const blockedWeightGradientOperator: Operator<BlockedWeightGradientAttributes> = {
  name: 'blockedWeightGradient',
  infer: (inputs, { kernel }) => {
    requireFloat('blockedWeightGradient', inputs);
    requireRank('blockedWeightGradient', inputs, 0, 5);
    requireRank('blockedWeightGradient', inputs, 1, 5);
    const [channels, out] = inputs.map(({ shape }) => shape[1]! * shape[4]!);
    return { shape: [out!, channels!, ...kernel] };
  },
  noGradient: 'its second derivative is not implemented',
  onnx: (emit, [x, g], node, attributes) => {
    const [[n, xBlocks, height, width, block], [, gBlocks, outHeight, outWidth]] = node.inputs.map(
      ({ shape }) => shape as BlockedSizes,
    ) as [BlockedSizes, BlockedSizes];
    const { kernel, stride, padding } = attributes;
    const [below, right] = paddingAfter(attributes, [height, width], [outHeight, outWidth]);
    const padded = width + padding[1] + right;
    /** [N, blocks, …] → [blocks, N, …]. */
    const blocksFirst = (name: string, blocks: number): string =>
      emit.node('Transpose', [emit.node('Reshape', [name, emit.ints([n, blocks, -1])])], { perm: [1, 0, 2] });

    const columns = emit.node('Pad', [x!, emit.ints([0, 0, 0, padding[1], 0, 0, 0, 0, right, 0])]);
    const rows = emit.node('Reshape', [blocksFirst(columns, xBlocks), emit.ints([xBlocks, n, height, padded * block])]);
    const images = emit.node('ReorderInput', [rows], {}, BLOCKED_DOMAIN);

    const perBlock = emit.ints([(gBlocks * n) / block, block * block, outHeight, outWidth]);
    const filter = emit.node(
      'ReorderOutput',
      [emit.node('Reshape', [blocksFirst(g!, gBlocks), perBlock])],
      { channels: block * block, channels_last: 1 }, // [O/b · N/b, Ho, Wo, b images, b channels]
      BLOCKED_DOMAIN,
    );
    const result = emit.node(
      'Conv',
      [images, emit.node('Reshape', [filter, emit.ints([gBlocks * block, n, outHeight, outWidth])])],
      {
        kernel_shape: [outHeight, outWidth],
        strides: [1, 1],
        pads: [padding[0], 0, below, 0],
        dilations: [stride[0], stride[1] * block],
        group: 1,
      },
      BLOCKED_DOMAIN,
    );
    const split = emit.node('Reshape', [result, emit.ints([xBlocks, gBlocks, ...kernel, block, block])]);
    const ordered = emit.node('Transpose', [split], { perm: [1, 5, 0, 4, 2, 3] });
    return emit.node('Reshape', [ordered, emit.ints(node.shape)]);
  },
};

type BlockedSizes = readonly [number, number, number, number, number];

/** The zeros below and to the right that make the result exactly as large as the kernel; negative where rows are unused. */
const paddingAfter = (
  { kernel, stride, padding }: BlockedWeightGradientAttributes,
  input: Pair,
  output: Pair,
): [number, number] =>
  [0, 1].map((i) => stride[i]! * (output[i]! - 1) + kernel[i]! - input[i]! - padding[i]!) as [number, number];

/** Whether the gradient can be had in this way, for x [N, C, H, W] and a cotangent [N, O, Ho, Wo]. */
export function fitsBlockedWeightGradient(
  x: Node,
  g: Node,
  kernel: Pair,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  block: number,
): boolean {
  const [n, channels, ...input] = x.shape;
  const [, out, ...output] = g.shape;
  if (output.every((size) => size === 1)) return false; // a plain matrix product
  const whole = [n, channels, out].every((count) => count! % block === 0);
  const after = paddingAfter({ kernel, stride, padding }, input as unknown as Pair, output as unknown as Pair);
  return whole && groups === 1 && dilation.every((d) => d === 1) && after.every((zeros) => zeros >= 0);
}

/** ∂/∂weight of a convolution of the blocked images `x`, given the blocked cotangent `g` of its output. */
export const blockedWeightGradient = (x: Node, g: Node, attributes: BlockedWeightGradientAttributes): Node =>
  apply(blockedWeightGradientOperator, [x, g], attributes);
