import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireRank, type Operator } from '../operator.js';
import { pair, type Pair } from './convolution.js';
import { reshape } from './reshape.js';
import { sum } from './sum.js';

/** Repeats each pixel of x [N, C, H, W] in a block of factor[0] × factor[1]. The cotangents of a block add up. */
export const upsampleNearest2dOperator: Operator<{ readonly factor: Pair }> = {
  name: 'upsampleNearest2d',
  infer: (inputs, { factor }) => {
    requireFloat('upsampleNearest2d', inputs);
    requireRank('upsampleNearest2d', inputs, 0, 4);
    if (factor.some((times) => !Number.isInteger(times) || times < 1))
      throw refuse('upsampleNearest2d', inputs, `pixels cannot be repeated ${factor.join('×')} times`);
    const [n, channels, height, width] = inputs[0]!.shape as [number, number, number, number];
    return { shape: [n, channels, height * factor[0], width * factor[1]] };
  },
  gradient: ({ inputs: [x], attributes: { factor }, cotangent }) => {
    const [n, channels, height, width] = x!.shape as [number, number, number, number];
    return [sum(reshape(cotangent, [n, channels, height, factor[0], width, factor[1]]), [3, 5])];
  },
  onnx: (emit, [x], _node, { factor }) =>
    emit.node('Resize', [x!, '', emit.floats(Float32Array.of(1, 1, ...factor), [4])], {
      mode: 'nearest',
      nearest_mode: 'floor',
      coordinate_transformation_mode: 'asymmetric',
    }),
};

/** `x` [N, C, H, W] with each pixel repeated `factor` times in both directions, or (vertically, horizontally). */
export const upsampleNearest2d = (x: Node, factor: number | Pair): Node =>
  apply(upsampleNearest2dOperator, [x], { factor: pair(factor) });
