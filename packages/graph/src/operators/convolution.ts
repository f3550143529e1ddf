import type { Shape } from '@ungrain/core';

export type Pair = readonly [height: number, width: number];

/** Geometry of a 2-D convolution. Every pair is (height, width). */
export interface ConvolutionAttributes {
  readonly stride: Pair;
  /** Zeros added on both sides. */
  readonly padding: Pair;
  readonly dilation: Pair;
  readonly groups: number;
}

/** Options as users give them: a number stands for both directions. */
export interface ConvolutionOptions {
  readonly stride?: number | Pair;
  readonly padding?: number | Pair;
  readonly dilation?: number | Pair;
  readonly groups?: number;
}

export const pair = (value: number | Pair): Pair => (typeof value === 'number' ? [value, value] : value);

export const convolutionAttributes = ({
  stride = 1,
  padding = 0,
  dilation = 1,
  groups = 1,
}: ConvolutionOptions): ConvolutionAttributes => ({
  stride: pair(stride),
  padding: pair(padding),
  dilation: pair(dilation),
  groups,
});

/** The attributes that ONNX's Conv and ConvTranspose share. */
export const onnxConvolution = ({ stride, padding, dilation, groups }: ConvolutionAttributes, kernel: Shape) => ({
  kernel_shape: kernel,
  strides: stride,
  pads: [...padding, ...padding],
  dilations: dilation,
  group: groups,
});

/** Output pixels of a convolution along one direction: ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1. */
export const convolvedSize = (
  n: number,
  kernel: number,
  i: 0 | 1,
  { stride, padding, dilation }: ConvolutionAttributes,
): number => Math.floor((n + 2 * padding[i] - dilation[i] * (kernel - 1) - 1) / stride[i]) + 1;

/** Output pixels of a transposed convolution along one direction: (n − 1)s − 2p + d(k − 1) + 1, without output padding. */
export const transposedSize = (
  n: number,
  kernel: number,
  i: 0 | 1,
  { stride, padding, dilation }: ConvolutionAttributes,
): number => (n - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel - 1) + 1;

/** True if the geometry is a plain matrix product: a kernel that sees each input pixel once and gives one output pixel. */
export const coversInput = (input: Shape, kernel: Pair, { padding, groups }: ConvolutionAttributes): boolean =>
  groups === 1 && padding[0] + padding[1] === 0 && input[2] === kernel[0] && input[3] === kernel[1];
