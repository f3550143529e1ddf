import { sizeOf, type Shape } from '@ungrain/core';
import type { Node } from '../../node.js';
import { BLOCKED_DOMAIN, depthwise, ones } from '../../onnx/blocked-domain.js';
import type { Emitter } from '../../onnx/emitter.js';
import { apply, requireFloat, requireRank, type Operator } from '../../operator.js';
import type { ConvolutionAttributes, Pair } from '../../operators/convolution.js';
import { declaredShape } from './layout.js';

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
 * and the kw·b columns of the result are the kernel's columns for b channels. No kernel's window is ever copied.
 *
 * A filter as large as the image is read again for every few numbers of the result, so it should stay in a core's cache:
 * images are cut into strips of rows of dY, with the rows of X that they meet, which count as images of their own. Only the
 * rows of X where two strips meet are there twice.
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
    const rowsMet = stride[0] * (stripHeight - 1) + kernel[0]; // rows of X that a strip of dY meets

    const pads = [...padding, below, right] as const;
    const padded = pads.every((zeros) => zeros === 0)
      ? x!
      : depthwise(emit, [x!, ones(emit, xBlocks * block)], declaredShape(node.inputs[0]!.shape), {
          kernel: [1, 1],
          pads,
        });
    const rows = emit.node('Reshape', [padded, emit.ints([n * xBlocks * paddedHeight, paddedWidth * block])]);
    const stripsOfX = gathered(emit, rows, [
      range(xBlocks).map((c) => c * paddedHeight),
      range(strips).map((strip) => strip * stripHeight * stride[0]),
      range(n).map((image) => image * xBlocks * paddedHeight),
      range(rowsMet),
    ]);
    const declared = emit.ints([xBlocks, strips * n, rowsMet, paddedWidth * block]);
    const images = emit.node('ReorderInput', [emit.node('Reshape', [stripsOfX, declared])], {}, BLOCKED_DOMAIN);

    const pixels = stripHeight * outWidth;
    const cotangents = emit.node('Reshape', [g!, emit.ints([n * gBlocks * strips * pixels, block])]);
    const filter = gathered(emit, cotangents, [
      range(gBlocks).map((o) => o * strips * pixels),
      range(strips).map((strip) => strip * pixels),
      range(n / block).map((images) => images * block * gBlocks * strips * pixels),
      range(pixels),
      range(block).map((image) => image * gBlocks * strips * pixels),
    ]);
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
    return plainWeight(emit, result, [xBlocks, gBlocks, sizeOf(kernel), block], node.shape);
  },
};

/** Rows of a matrix, in the order of all sums of one number from each list. */
const gathered = (emit: Emitter, rows: string, offsets: readonly (readonly number[])[]): string => {
  const index = offsets
    .map((list, i) =>
      emit.node('Reshape', [emit.ints(list), emit.ints(offsets.map((_, j) => (i === j ? list.length : 1)))]),
    )
    .reduce((sum, offset) => emit.node('Add', [sum, offset])); // of constants: done once, when the session is made
  return emit.node('Gather', [rows, index], { axis: 0 });
};

/** [C/b, O/b, taps, b of C, b of O] → [O, C, taps], each step along one axis or by whole blocks: more at once is slow. */
function plainWeight(
  emit: Emitter,
  weight: string,
  [xBlocks, gBlocks, taps, block]: readonly [number, number, number, number],
  shape: Shape,
): string {
  const columns = emit.node('Reshape', [weight, emit.ints([xBlocks * gBlocks, taps, block, block])]);
  const byChannel = emit.node('Transpose', [columns], { perm: [0, 2, 1, 3] });
  const blocks = emit.node('Reshape', [byChannel, emit.ints([xBlocks * gBlocks, block, 1, block * taps])]);
  const byOutput = emit.node('ReorderOutput', [blocks], { channels: block }, BLOCKED_DOMAIN);
  const split = emit.node('Reshape', [byOutput, emit.ints([xBlocks, gBlocks, block, block * taps])]);
  return emit.node('Reshape', [emit.node('Transpose', [split], { perm: [1, 2, 0, 3] }), emit.ints(shape)]);
}

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
