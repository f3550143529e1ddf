import { sizeOf } from '@ungrain/core';
import type { Node } from '../../node.js';
import { concat } from '../../operators/concat.js';
import type { ConvolutionAttributes, Pair } from '../../operators/convolution.js';
import { flip } from '../../operators/flip.js';
import { matmul } from '../../operators/matmul.js';
import { pad } from '../../operators/pad.js';
import { reshape } from '../../operators/reshape.js';
import { sliceBox } from '../../operators/slice.js';
import { sum } from '../../operators/sum.js';
import { transpose } from '../../operators/transpose.js';

/** Windows side by side, kh·kw for each channel, that are still little beside the blocked images. */
const MOST_WINDOWS = 32;

/**
 * The gradient of a convolution in its weight where one of `x` and `g` has few channels and the other many in blocks.
 *
 * @param x the images, [N, C, H, W] or [N, C/b, H, W, b]
 * @param g the cotangent, [N, O, Ho, Wo] or [N, O/b, Ho, Wo, b]
 * @returns [O, C, kh, kw], or null where that is not so
 */
export function thinWeightGradient(x: Node, g: Node, kernel: Pair, attributes: ConvolutionAttributes): Node | null {
  if (x.shape.length === g.shape.length) return null;
  return x.shape.length === 4 ? fewInputs(x, g, kernel, attributes) : fewOutputs(x, g, kernel, attributes);
}

/** Few channels of x: its windows [N, kh·kw·C, Ho·Wo] times the pixels of dY, block by block. */
function fewInputs(
  x: Node,
  g: Node,
  kernel: Pair,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
): Node | null {
  const [n, channels] = x.shape as readonly [number, number];
  const [, blocks, height, width, block] = g.shape as readonly [number, number, number, number, number];
  const taps = sizeOf(kernel);
  if (groups !== 1 || taps * channels > MOST_WINDOWS) return null;
  const padded = pad(x, [0, 0, ...padding], [0, 0, ...padding]);
  const window = (i: number, j: number): Node => {
    const [top, left] = [i * dilation[0], j * dilation[1]];
    const [bottom, right] = [top + stride[0] * (height - 1) + 1, left + stride[1] * (width - 1) + 1];
    return sliceBox(padded, [0, 0, top, left], [n, channels, bottom, right], [1, 1, ...stride]);
  };
  const windows = Array.from({ length: taps }, (_, k) => window(Math.floor(k / kernel[1]), k % kernel[1]));
  const columns = reshape(concat(windows, 1), [n, 1, taps * channels, height * width]);
  const pixels = reshape(g, [n, blocks, height * width, block]);
  const products = sum(matmul(columns, pixels), [0]); // [O/b, taps·C, b]
  const split = reshape(products, [blocks, taps, channels, block]);
  return reshape(transpose(split, [0, 3, 2, 1]), [blocks * block, channels, ...kernel]);
}

/** Few channels of g: the roles are swapped, and the kernel comes out turned by 180°. */
function fewOutputs(x: Node, g: Node, kernel: Pair, attributes: ConvolutionAttributes): Node | null {
  const { stride, padding, dilation } = attributes;
  const keepsSize = x.shape[2] === g.shape[2] && x.shape[3] === g.shape[3];
  if (!keepsSize || [...stride, ...dilation].some((step) => step !== 1)) return null;
  const adjoint: Pair = [kernel[0] - 1 - padding[0], kernel[1] - 1 - padding[1]];
  const swapped = fewInputs(g, x, kernel, { ...attributes, padding: adjoint });
  return swapped && flip(transpose(swapped, [1, 0, 2, 3]), [2, 3]);
}
