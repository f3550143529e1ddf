import type { Node } from '../../node.js';
import { apply, requireFloat, requireRank, type Operator } from '../../operator.js';
import type { ConvolutionAttributes, Pair } from '../../operators/convolution.js';
import { BLOCKED_DOMAIN } from '../../onnx/blocked-domain.js';

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
 * A filter as large as the image is read again for every few numbers of the result, so it should stay in a core's cache:
 * images are cut into strips of rows of dY, with the rows of X that they meet, which count as images of their own.
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
    const [paddedHeight, paddedWidth] = [height + padding[0] + below, width + padding[1] + right];
    const strips = stripCount([outHeight, outWidth], block, gBlocks);
    const stripHeight = outHeight / strips;
    const window = stride[0] * (stripHeight - 1) + kernel[0]; // rows of X that a strip of dY meets

    const padded = emit.node('Pad', [x!, emit.ints([0, 0, ...padding, 0, 0, 0, below, right, 0])]);
    const rows = emit.node('Reshape', [padded, emit.ints([n * xBlocks * paddedHeight, paddedWidth * block])]);
    const order = range(xBlocks).flatMap((c) =>
      range(strips).flatMap((strip) =>
        range(n).flatMap((i) => {
          const first = (i * xBlocks + c) * paddedHeight + strip * stripHeight * stride[0];
          return range(window).map((row) => first + row);
        }),
      ),
    );
    const windows = emit.node('Reshape', [
      emit.node('Gather', [rows, emit.ints(order)], { axis: 0 }),
      emit.ints([xBlocks, strips * n, window, paddedWidth * block]),
    ]);
    const images = emit.node('ReorderInput', [windows], {}, BLOCKED_DOMAIN);

    const cotangent = emit.node('Reshape', [g!, emit.ints([n, gBlocks, strips, -1])]);
    const perBlock = emit.ints([(gBlocks * strips * n) / block, block * block, stripHeight, outWidth]);
    const filter = emit.node(
      'ReorderOutput',
      [emit.node('Reshape', [emit.node('Transpose', [cotangent], { perm: [1, 2, 0, 3] }), perBlock])],
      { channels: block * block, channels_last: 1 }, // [O/b · strips · N/b, rows, Wo, b images, b channels]
      BLOCKED_DOMAIN,
    );
    const result = emit.node(
      'Conv',
      [images, emit.node('Reshape', [filter, emit.ints([gBlocks * block, strips * n, stripHeight, outWidth])])],
      {
        kernel_shape: [stripHeight, outWidth],
        strides: [1, 1],
        pads: [0, 0, 0, 0],
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

/** What a core's second-level cache keeps of a filter, in bytes. */
const CACHED_BYTES = 2 ** 20;
/** Blocks of output channels that ONNX Runtime's kernel computes together. */
const BLOCKS_TOGETHER = 4;

/** The least number of strips of equal height whose filters stay in the cache, for b input channels at a time. */
function stripCount([height, width]: Pair, block: number, outBlocks: number): number {
  const rowBytes = 4 * width * block * block * Math.min(outBlocks, BLOCKS_TOGETHER);
  const fits = (strips: number) => height % strips === 0 && (height / strips) * rowBytes <= CACHED_BYTES;
  return (
    range(height)
      .map((i) => i + 1)
      .find(fits) ?? height
  );
}

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

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
