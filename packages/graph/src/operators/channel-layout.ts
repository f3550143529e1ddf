import { sizeOf, type Shape } from '@ungrain/core';
import type { Emitter } from '../onnx/emitter.js';

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
  return {
    channels,
    count: sizeOf(shape) / channels,
    view: (_emit, images) => images,
    unview: (_emit, view) => view,
    sum: (emit, view) => {
      const perImage = inner.length === 0 ? view : emit.node('ReduceSum', [view, emit.ints(inner)], { keepdims: 1 });
      return emit.node('ReduceSum', [perImage, emit.ints([0])], { keepdims: 1 });
    },
    spread: (_emit, kept) => kept,
    kept: (emit, vector) => emit.node('Reshape', [vector, emit.ints(shape.map((size, i) => (i === 1 ? size : 1)))]),
    vector: (emit, kept) => emit.node('Reshape', [kept, emit.ints([channels])]),
  };
}

/** A row of W·b numbers repeats a value for each pixel: broadcasting along b alone would be several times slower. */
function blockedLayout(shape: Shape): ChannelLayout {
  const [n, blocks, height, width, block] = shape as [number, number, number, number, number];
  const channels = blocks * block;
  return {
    channels,
    count: n * height * width,
    view: (emit, images) => emit.node('Reshape', [images, emit.ints([n, blocks, height, width * block])]),
    unview: (emit, view) => emit.node('Reshape', [view, emit.ints(shape)]),
    sum: (emit, view) => {
      const pixels = emit.node('Reshape', [view, emit.ints([n, blocks, height * width, block])]);
      const perImage = emit.node('ReduceSum', [pixels, emit.ints([2])], { keepdims: 1 });
      return emit.node('ReduceSum', [perImage, emit.ints([0])], { keepdims: 1 });
    },
    spread: (emit, kept) => {
      const pixel = emit.node('Reshape', [kept, emit.ints([1, blocks, 1, 1, block])]);
      const row = emit.node('Expand', [pixel, emit.ints([1, blocks, 1, width, block])]);
      return emit.node('Reshape', [row, emit.ints([1, blocks, 1, width * block])]);
    },
    kept: (emit, vector) => emit.node('Reshape', [vector, emit.ints([1, blocks, 1, block])]),
    vector: (emit, kept) => emit.node('Reshape', [kept, emit.ints([channels])]),
  };
}
