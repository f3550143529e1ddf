import { sizeOf, type Shape } from '@ungrain/core';
import type { Emitter } from '../onnx/emitter.js';
import { depthwise } from '../onnx/blocked-domain.js';

/** How values of one number a channel meet images, in ONNX nodes. 'Kept' values have a shape of their own, which fits only each other. */
export interface ChannelLayout {
  readonly channels: number;
  /** Numbers of an image batch in each channel. */
  readonly count: number;
  /** The images in the shape that spread values broadcast against. */
  view(emit: Emitter, images: string): string;
  /** The images in their own shape again. */
  unview(emit: Emitter, view: string): string;
  /** Σ over all but the channels, kept: first within each image, then over the batch, which is faster and loses fewer digits. */
  sum(emit: Emitter, view: string): string;
  /** Σ x·y in the same way. */
  dot(emit: Emitter, x: string, y: string): string;
  /** x·slope + shift of a view, both kept. */
  affine(emit: Emitter, x: string, slope: string, shift: string): string;
  /** x·slope + y of two views. */
  scaledSum(emit: Emitter, x: string, slope: string, y: string): string;
  /** A kept value as it broadcasts against a view. */
  spread(emit: Emitter, kept: string): string;
  /** [C] → kept. */
  kept(emit: Emitter, vector: string): string;
  /** Kept → [C]. */
  vector(emit: Emitter, kept: string): string;
}

/** The layout of images [N, C, …], or of blocked ones [N, C/b, H, W, b]. */
export const channelLayout = (shape: Shape, blocked = false): ChannelLayout =>
  blocked ? blockedLayout(shape) : plainLayout(shape);

function plainLayout(shape: Shape): ChannelLayout {
  const channels = shape[1]!;
  const inner = shape.flatMap((_, i) => (i > 1 ? [i] : []));
  const sum = (emit: Emitter, view: string): string => {
    const perImage = inner.length === 0 ? view : emit.node('ReduceSum', [view, emit.ints(inner)], { keepdims: 1 });
    return emit.node('ReduceSum', [perImage, emit.ints([0])], { keepdims: 1 });
  };
  return {
    channels,
    count: sizeOf(shape) / channels,
    view: (_emit, images) => images,
    unview: (_emit, view) => view,
    sum,
    dot: (emit, x, y) => sum(emit, emit.node('Mul', [x, y])),
    affine: (emit, x, slope, shift) => emit.node('Add', [emit.node('Mul', [x, slope]), shift]),
    scaledSum: (emit, x, slope, y) => emit.node('Add', [y, emit.node('Mul', [x, slope])]),
    spread: (_emit, kept) => kept,
    kept: (emit, vector) => emit.node('Reshape', [vector, emit.ints(shape.map((size, i) => (i === 1 ? size : 1)))]),
    vector: (emit, kept) => emit.node('Reshape', [kept, emit.ints([channels])]),
  };
}

/**
 * A row of W·b numbers repeats a value for each pixel: broadcasting along b alone would be several times slower.
 *
 * What multiplies is a depthwise convolution, one pass over memory: x·slope has kernels of one pixel, and Σ x·y takes y for
 * kernels as large as the images, each channel of each image being a channel of one single image.
 */
function blockedLayout(shape: Shape): ChannelLayout {
  const [n, blocks, height, width, block] = shape as [number, number, number, number, number];
  const channels = blocks * block;
  const images = [n, channels, height, width];
  const rows = [n, blocks, height, width * block];
  const vector = (emit: Emitter, kept: string): string => emit.node('Reshape', [kept, emit.ints([channels])]);
  const scaled = (emit: Emitter, x: string, slope: string, others: readonly string[]): string => {
    const kernels = emit.node('Reshape', [slope, emit.ints([channels, 1, 1, 1])]);
    const result = depthwise(emit, [x, kernels, ...others], images, { kernel: [1, 1] });
    return emit.node('Reshape', [result, emit.ints(rows)]);
  };
  return {
    channels,
    count: n * height * width,
    view: (emit, x) => emit.node('Reshape', [x, emit.ints(rows)]),
    unview: (emit, view) => emit.node('Reshape', [view, emit.ints(shape)]),
    sum: (emit, view) => {
      const pixels = emit.node('Reshape', [view, emit.ints([n, blocks, height * width, block])]);
      const perImage = emit.node('ReduceSum', [pixels, emit.ints([2])], { keepdims: 1 });
      return emit.node('ReduceSum', [perImage, emit.ints([0])], { keepdims: 1 });
    },
    dot: (emit, x, y) => {
      const kernels = emit.node('Reshape', [y, emit.ints([n * channels, 1, height, width])]);
      const perImage = depthwise(emit, [x, kernels], [1, n * channels, height, width], { kernel: [height, width] });
      const split = emit.node('Reshape', [perImage, emit.ints([n, blocks, 1, block])]);
      return emit.node('ReduceSum', [split, emit.ints([0])], { keepdims: 1 });
    },
    affine: (emit, x, slope, shift) => scaled(emit, x, slope, [vector(emit, shift)]),
    scaledSum: (emit, x, slope, y) => scaled(emit, x, slope, ['', emit.node('Reshape', [y, emit.ints(images)])]),
    spread: (emit, kept) => {
      const pixel = emit.node('Reshape', [kept, emit.ints([1, blocks, 1, 1, block])]);
      const row = emit.node('Expand', [pixel, emit.ints([1, blocks, 1, width, block])]);
      return emit.node('Reshape', [row, emit.ints([1, blocks, 1, width * block])]);
    },
    kept: (emit, vector) => emit.node('Reshape', [vector, emit.ints([1, blocks, 1, block])]),
    vector,
  };
}
