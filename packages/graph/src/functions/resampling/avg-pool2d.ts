import type { Node } from '../../node.js';
import { refuse, requireRank } from '../../operator.js';
import { pair, type Pair } from '../../operators/convolution.js';
import { poolWindows, type PoolOptions } from '../../operators/pooling.js';
import { mapAxis, type AxisMatrix } from './map-axis.js';

export interface AvgPoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count as pixels of their windows. */
  readonly countIncludePad?: boolean;
}

/** The average pixel of each window of `x` [N, C, H, W]; windows past the edge average what they cover. */
export function avgPool2d(
  x: Node,
  kernel: number | Pair,
  { stride = kernel, padding = 0, ceilMode = false, countIncludePad = true }: AvgPoolOptions = {},
): Node {
  requireRank('avgPool2d', [x], 0, 4);
  const matrix = (i: 0 | 1): AxisMatrix => {
    const geometry = { kernel: pair(kernel)[i], stride: pair(stride)[i], padding: pair(padding)[i] };
    const windows = poolWindows(x.shape[i + 2]!, geometry.kernel, { ...geometry, ceilMode });
    if (windows < 1) throw refuse('avgPool2d', [x], `a window of ${pair(kernel).join('×')} is larger than the image`);
    return averages(x.shape[i + 2]!, windows, geometry, countIncludePad);
  };
  return mapAxis(mapAxis(x, 3, matrix(1)), 2, matrix(0));
}

function averages(
  size: number,
  windows: number,
  { kernel, stride, padding }: { readonly kernel: number; readonly stride: number; readonly padding: number },
  countIncludePad: boolean,
): AxisMatrix {
  return Array.from({ length: windows }, (_, i) => {
    const start = i * stride - padding;
    const end = Math.min(start + kernel, size + padding);
    const [first, last] = [Math.max(start, 0), Math.min(end, size)];
    const count = countIncludePad ? end - start : last - first;
    return indicator(size, first, last, 1 / count);
  });
}

/** The average pixel of each of `out` even regions of `x` [N, C, H, W]; regions overlap where sizes do not divide. */
export function adaptiveAvgPool2d(x: Node, out: number | Pair): Node {
  requireRank('adaptiveAvgPool2d', [x], 0, 4);
  const matrix = (i: 0 | 1): AxisMatrix => {
    const [size, regions] = [x.shape[i + 2]!, pair(out)[i]];
    return Array.from({ length: regions }, (_, region) => {
      const first = Math.floor((region * size) / regions);
      const last = Math.ceil(((region + 1) * size) / regions);
      return indicator(size, first, last, 1 / (last - first));
    });
  };
  return mapAxis(mapAxis(x, 3, matrix(1)), 2, matrix(0));
}

/** `value` from place `first` to `last` (exclusive), 0 elsewhere. */
const indicator = (size: number, first: number, last: number, value: number): number[] =>
  Array.from({ length: size }, (_, j) => (first <= j && j < last ? value : 0));
