import { map, sizeOf, type Tensor } from '@ungrain/core';
import { accuracyOf, neighbourSearch, type Accuracy, type Neighbours } from '@ungrain/models-mnist/scores';
import { gatherImages, type LabelledImages } from '@ungrain/models-mnist/train';
import { breathe, type Attended } from './progress.js';

/** Training images in one part of the search. */
const BLOCK = 500;

/** An image whose nearest training image is nearer than this share of the way to the second nearest is called a copy. */
const COPY_RATIO = 1 / 3;

/** What is nearer than this share of the real test images is called near. */
const NEAR_SHARE = 0.01;

/** How near the images of a set come to the training images. */
export interface Nearness {
  /** The median distance to the nearest training image. */
  readonly median: number;
  /** The share of copies. */
  readonly copies: Accuracy;
  /** The share of those nearer than 99 % of the real test images; for these it is 1 % by definition. */
  readonly near: Accuracy;
}

/** A sample beside its nearest training image. */
export interface NearestPair {
  readonly sample: number;
  readonly training: number;
  readonly distance: number;
  /** To the second nearest. */
  readonly second: number;
}

export interface Memorization {
  readonly samples: Nearness;
  /** The same of real test images: how near one comes without having seen the training images. */
  readonly real: Nearness;
  /** One for each sample, the nearest first. */
  readonly pairs: readonly NearestPair[];
}

/**
 * Has a model learnt its training images by heart? Looks for each sample's nearest training image, by the Euclidean
 * distance of pixels in [0, 1], and does the same for real test images. Two questions are asked: is the nearest far
 * nearer than the second nearest (below a third of its distance: Yoon et al. 2023, "Diffusion Probabilistic Models
 * Generalize when They Fail to Memorize"), and is it nearer than it ever is for new images? Plain images, such as strong
 * guidance draws, are near to many training images and so answer only the second with yes.
 *
 * @param samples [N, C, H, W] in [0, 1]; what lies beyond is clamped, as it is in a picture
 * @param real test images of the same size
 */
export async function checkMemorization(
  samples: Tensor,
  real: Tensor,
  training: LabelledImages,
  { signal, onProgress }: Attended = {},
): Promise<Memorization> {
  const total = training.labels.length;
  const searches = [samples, real].map((images) => neighbourSearch(flat(map(images, clamp)), 2));
  for (let start = 0; start < total; start += BLOCK) {
    const items = Uint32Array.from({ length: Math.min(BLOCK, total - start) }, (_, i) => start + i);
    const block = flat(gatherImages(training, items));
    for (const search of searches) {
      await breathe(signal);
      search.add(block);
    }
    onProgress?.({ phase: 'looking for neighbours', done: start + items.length, total });
  }
  const [ofSamples, ofReal] = searches.map((search) => search.result()) as [Neighbours, Neighbours];
  const sorted = ofReal.distances.map(([nearest]) => nearest!).sort((a, b) => a - b);
  const limit = sorted[Math.max(0, Math.ceil(NEAR_SHARE * sorted.length) - 1)]!;
  const pairs = ofSamples.points.map((points, sample) => {
    const [distance, second] = ofSamples.distances[sample]!;
    return { sample, training: points[0]!, distance: distance!, second: second! };
  });
  return {
    samples: nearness(ofSamples, limit),
    real: nearness(ofReal, limit),
    pairs: pairs.sort((a, b) => a.distance - b.distance),
  };
}

function nearness({ distances }: Neighbours, limit: number): Nearness {
  const nearest = distances.map(([first]) => first!).sort((a, b) => a - b);
  const copies = distances.filter(([first, second]) => first! < COPY_RATIO * second!).length;
  return {
    median: nearest[Math.floor(nearest.length / 2)]!,
    copies: accuracyOf(copies, nearest.length),
    near: accuracyOf(nearest.filter((distance) => distance <= limit).length, nearest.length),
  };
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value));

const flat = ({ data, shape: [count, ...size] }: Tensor): Tensor => ({ data, shape: [count!, sizeOf(size)] });
