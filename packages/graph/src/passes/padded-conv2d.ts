import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireRank, type Operator } from '../operator.js';
import type { Pair } from '../operators/convolution.js';

/** Zeros added at the top, left, bottom and right of an image. */
export type Pads = readonly [top: number, left: number, bottom: number, right: number];

export interface PaddedConvolutionAttributes {
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly pads: Pads;
}

/** Pixels of the result along both directions. */
export const paddedSize = (
  [height, width]: Pair,
  [kh, kw]: Pair,
  { stride, dilation, pads: [top, left, bottom, right] }: PaddedConvolutionAttributes,
): Pair => [
  Math.floor((height + top + bottom - dilation[0] * (kh - 1) - 1) / stride[0]) + 1,
  Math.floor((width + left + right - dilation[1] * (kw - 1) - 1) / stride[1]) + 1,
];

/** conv2d with a padding of its own on each side, x [N, C, H, W] and weight [O, C, kh, kw]; passes write it. */
export const paddedConv2dOperator: Operator<PaddedConvolutionAttributes> = {
  name: 'paddedConv2d',
  infer: (inputs, attributes) => {
    requireFloat('paddedConv2d', inputs);
    requireRank('paddedConv2d', inputs, 0, 4);
    requireRank('paddedConv2d', inputs, 1, 4);
    const [[n, channels, height, width], [out, expected, kh, kw]] = inputs.map(({ shape }) => shape as FourSizes) as [
      FourSizes,
      FourSizes,
    ];
    if (channels !== expected)
      throw refuse('paddedConv2d', inputs, `the weight is for ${expected} channels, not ${channels}`);
    return { shape: [n, out, ...paddedSize([height, width], [kh, kw], attributes)] };
  },
  noGradient: 'it is made once gradients are known',
  onnx: (emit, inputs, node, { stride, dilation, pads }) =>
    emit.node('Conv', inputs, {
      kernel_shape: node.inputs[1]!.shape.slice(2),
      strides: stride,
      pads,
      dilations: dilation,
    }),
};

type FourSizes = readonly [number, number, number, number];

export const paddedConv2d = (x: Node, weight: Node, bias: Node | null, attributes: PaddedConvolutionAttributes): Node =>
  apply(paddedConv2dOperator, bias ? [x, weight, bias] : [x, weight], attributes);
