import type { Node } from '../../node.js';
import { requireRank } from '../../operator.js';
import {
  convolutionAttributes,
  convolvedSize,
  type ConvolutionOptions,
  pair,
  type Pair,
} from '../../operators/convolution.js';
import { pad } from '../../operators/pad.js';
import { reshape } from '../../operators/reshape.js';
import { sliceBox } from '../../operators/slice.js';
import { stack } from './stack.js';

/**
 * im2col: the windows of `x` [N, C, H, W] as columns, [N, C·kh·kw, windows]. A convolution is a matrix product with them.
 */
export function unfold(x: Node, kernel: number | Pair, options: Omit<ConvolutionOptions, 'groups'> = {}): Node {
  requireRank('unfold', [x], 0, 4);
  const attributes = convolutionAttributes(options);
  const { stride, padding, dilation } = attributes;
  const [n, channels, height, width] = x.shape as [number, number, number, number];
  const [kh, kw] = pair(kernel);
  const [rows, columns] = [convolvedSize(height, kh, 0, attributes), convolvedSize(width, kw, 1, attributes)];
  const padded = pad(x, [0, 0, ...padding], [0, 0, ...padding]);
  const pixelsOf = (offset: number): Node => {
    const [top, left] = [Math.floor(offset / kw) * dilation[0], (offset % kw) * dilation[1]];
    const [bottom, right] = [top + stride[0] * (rows - 1) + 1, left + stride[1] * (columns - 1) + 1];
    return sliceBox(padded, [0, 0, top, left], [n, channels, bottom, right], [1, 1, ...stride]);
  };
  const windows = Array.from({ length: kh * kw }, (_, offset) => pixelsOf(offset)); // one pixel of every window each
  return reshape(stack(windows, 2), [n, channels * kh * kw, rows * columns]);
}
