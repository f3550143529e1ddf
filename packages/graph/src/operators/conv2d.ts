import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireRank, type Operator } from '../operator.js';
import { conv2dWeightGradient } from './conv2d-weight-gradient.js';
import { convTranspose2d } from './conv-transpose2d.js';
import {
  convolutionAttributes,
  convolvedSize,
  onnxConvolution,
  transposedSize,
  type ConvolutionAttributes,
  type ConvolutionOptions,
} from './convolution.js';
import { flip } from './flip.js';
import { sum } from './sum.js';
import { transpose } from './transpose.js';

/** 2-D cross-correlation: x [N, C, H, W], weight [O, C / groups, kh, kw], optional bias [O]. */
export const conv2dOperator: Operator<ConvolutionAttributes> = {
  name: 'conv2d',
  infer: (inputs, attributes) => {
    requireFloat('conv2d', inputs);
    requireRank('conv2d', inputs, 0, 4);
    requireRank('conv2d', inputs, 1, 4);
    const [x, weight, bias] = inputs.map((node) => node.shape);
    const [n, channels, height, width] = x as [number, number, number, number];
    const [out, perGroup, kh, kw] = weight as [number, number, number, number];
    const { groups } = attributes;
    if (perGroup * groups !== channels || out % groups !== 0)
      throw refuse(
        'conv2d',
        inputs,
        `${channels} channels in ${groups} group(s) do not fit a weight for ${perGroup} a group`,
      );
    if (bias && (bias.length !== 1 || bias[0] !== out)) throw refuse('conv2d', inputs, `the bias needs shape [${out}]`);
    const size = [convolvedSize(height, kh, 0, attributes), convolvedSize(width, kw, 1, attributes)];
    if (size.some((pixels) => pixels < 1)) throw refuse('conv2d', inputs, 'the kernel is larger than the padded image');
    return { shape: [n, out, ...size] };
  },
  gradient: ({ inputs: [x, weight, bias], attributes, cotangent }) => [
    inputGradient(x!, weight!, cotangent, attributes),
    conv2dWeightGradient(x!, cotangent, [weight!.shape[2]!, weight!.shape[3]!], attributes),
    ...(bias ? [sum(cotangent, [0, 2, 3])] : []),
  ],
  onnx: (emit, inputs, node, attributes) =>
    emit.node('Conv', inputs, onnxConvolution(attributes, node.inputs[1]!.shape.slice(2))),
};

/**
 * The adjoint in x. At stride 1 it is a convolution with the kernel turned by 180° and its channels swapped, which runs
 * faster than a transposed convolution; otherwise a transposed convolution that fills up the pixels the stride left over.
 */
function inputGradient(x: Node, weight: Node, cotangent: Node, attributes: ConvolutionAttributes): Node {
  const { stride, padding, dilation, groups } = attributes;
  const kernel = weight.shape.slice(2) as [number, number];
  const turned = kernel.map((k, i) => dilation[i]! * (k - 1) - padding[i]!) as [number, number];
  if (groups === 1 && stride[0] === 1 && stride[1] === 1 && turned.every((p) => p >= 0))
    return conv2d(cotangent, flip(transpose(weight, [1, 0, 2, 3]), [2, 3]), null, { padding: turned, dilation });
  const leftOver = (i: 0 | 1): number =>
    x.shape[i + 2]! - transposedSize(cotangent.shape[i + 2]!, kernel[i], i, attributes);
  return convTranspose2d(cotangent, weight, null, { ...attributes, outputPadding: [leftOver(0), leftOver(1)] });
}

/** 2-D cross-correlation of `x` [N, C, H, W] with `weight` [O, C / groups, kh, kw], plus `bias` [O]. */
export const conv2d = (x: Node, weight: Node, bias: Node | null, options: ConvolutionOptions = {}): Node =>
  apply(conv2dOperator, bias ? [x, weight, bias] : [x, weight], convolutionAttributes(options));
