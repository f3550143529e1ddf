import type { Shape } from '@ungrain/core';
import type { Emitter } from './emitter.js';

/** The ONNX Runtime domain of the operators that work on blocks of channels. */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

interface DepthwiseOptions {
  readonly kernel: readonly [height: number, width: number];
  /** Zeros at the top, left, bottom and right. */
  readonly pads?: readonly [number, number, number, number];
}

/**
 * A convolution of each channel by itself, one pass over memory on all threads: the way to do to images what ONNX Runtime
 * has no fast operator for.
 *
 * @param operands images in blocks, kernels [C, 1, kh, kw], and if wanted a bias [C] and images to add the result to
 * @param shape the images' [N, C, H, W], as they are to be taken
 */
export function depthwise(
  emit: Emitter,
  [images, ...others]: readonly string[],
  shape: Shape,
  { kernel, pads = [0, 0, 0, 0] }: DepthwiseOptions,
): string {
  const taken = emit.node('Reshape', [images!, emit.ints(shape)]);
  const attributes = { kernel_shape: kernel, strides: [1, 1], pads, dilations: [1, 1], group: shape[1]! };
  return emit.node('Conv', [taken, ...others], attributes, BLOCKED_DOMAIN);
}

/** Kernels of one pixel that leave each of so many channels as it is. */
export const ones = (emit: Emitter, channels: number): string =>
  emit.floats(new Float32Array(channels).fill(1), [channels, 1, 1, 1]);
