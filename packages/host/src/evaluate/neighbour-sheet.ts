import { concatRows, full, sliceRows, type Tensor } from '@ungrain/core';
import { encodePng, imageGrid } from '@ungrain/media';
import { gatherImages, type LabelledImages } from '@ungrain/models-mnist/train';
import type { NearestPair } from './memorization.js';

/** Pairs in a line, and lines. */
const ACROSS = 12;
const LINES = 4;
const SCALE = 3;

/**
 * The nearest pairs as a PNG: in each line the samples above, and below each its nearest training image; the nearest
 * pair comes first.
 *
 * @param samples [N, 1, H, W] in [0, 1]
 */
export function neighbourSheet(pairs: readonly NearestPair[], samples: Tensor, training: LabelledImages): Uint8Array {
  const shown = pairs.slice(0, ACROSS * LINES);
  const size = samples.shape.slice(1);
  const white = full([1, ...size], 1);
  const across = Math.min(ACROSS, shown.length);
  const padded = (images: Tensor): Tensor =>
    concatRows([images, ...new Array<Tensor>(across - images.shape[0]!).fill(white)]);
  const gap = full([across, ...size], 1);
  const lines = Array.from({ length: Math.ceil(shown.length / across) }, (_, line) => {
    const part = shown.slice(line * across, (line + 1) * across);
    const drawn = part.map(({ sample }) => sliceRows(samples, sample, sample + 1));
    const nearest: Tensor = gatherImages(
      training,
      Uint32Array.from(part, ({ training: item }) => item),
    );
    return [...(line > 0 ? [gap] : []), padded(concatRows(drawn)), padded(nearest)];
  });
  return encodePng(imageGrid(concatRows(lines.flat()), { range: [0, 1], columns: across, scale: SCALE }));
}
