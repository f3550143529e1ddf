import type { Node } from '../node.js';
import { apply, refuse, requireFloat, requireRank, type Operator } from '../operator.js';
import { conv2d } from './conv2d.js';
import { conv2dWeightGradient } from './conv2d-weight-gradient.js';
import {
  convolutionAttributes,
  onnxConvolution,
  pair,
  transposedSize,
  type ConvolutionAttributes,
  type ConvolutionOptions,
  type Pair,
} from './convolution.js';
import { sum } from './sum.js';

export interface ConvTransposeAttributes extends ConvolutionAttributes {
  /** Pixels added at the bottom and right that the stride alone does not determine. */
  readonly outputPadding: Pair;
}

/** Transposed convolution, the adjoint of conv2d in its input: x [N, C, H, W], weight [C, O / groups, kh, kw], bias [O]. */
export const convTranspose2dOperator: Operator<ConvTransposeAttributes> = {
  name: 'convTranspose2d',
  infer: (inputs, attributes) => {
    requireFloat('convTranspose2d', inputs);
    requireRank('convTranspose2d', inputs, 0, 4);
    requireRank('convTranspose2d', inputs, 1, 4);
    const [x, weight, bias] = inputs.map((node) => node.shape);
    const [n, channels, height, width] = x as [number, number, number, number];
    const [expected, perGroup, kh, kw] = weight as [number, number, number, number];
    const { groups, outputPadding } = attributes;
    if (expected !== channels || channels % groups !== 0)
      throw refuse(
        'convTranspose2d',
        inputs,
        `${channels} channels in ${groups} group(s) do not fit a weight for ${expected}`,
      );
    const out = perGroup * groups;
    if (bias && (bias.length !== 1 || bias[0] !== out))
      throw refuse('convTranspose2d', inputs, `the bias needs shape [${out}]`);
    if (outputPadding.some((pixels, i) => pixels < 0 || pixels >= attributes.stride[i]!))
      throw refuse('convTranspose2d', inputs, 'the output padding has to be smaller than the stride');
    const size = [
      transposedSize(height, kh, 0, attributes) + outputPadding[0],
      transposedSize(width, kw, 1, attributes) + outputPadding[1],
    ];
    if (size.some((pixels) => pixels < 1)) throw refuse('convTranspose2d', inputs, 'the padding leaves no pixel');
    return { shape: [n, out, ...size] };
  },
  gradient: ({ inputs: [x, weight, bias], attributes, cotangent }) => [
    conv2d(cotangent, weight!, null, attributes),
    conv2dWeightGradient(cotangent, x!, [weight!.shape[2]!, weight!.shape[3]!], attributes),
    ...(bias ? [sum(cotangent, [0, 2, 3])] : []),
  ],
  onnx: (emit, inputs, node, attributes) =>
    emit.node('ConvTranspose', inputs, {
      ...onnxConvolution(attributes, node.inputs[1]!.shape.slice(2)),
      output_padding: attributes.outputPadding,
    }),
};

/** Transposed convolution of `x` [N, C, H, W] with `weight` [C, O / groups, kh, kw], plus `bias` [O]. */
export const convTranspose2d = (
  x: Node,
  weight: Node,
  bias: Node | null,
  { outputPadding = 0, ...options }: ConvolutionOptions & { readonly outputPadding?: number | Pair } = {},
): Node =>
  apply(convTranspose2dOperator, bias ? [x, weight, bias] : [x, weight], {
    ...convolutionAttributes(options),
    outputPadding: pair(outputPadding),
  });
