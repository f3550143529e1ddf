import { createHash } from 'node:crypto';
import { concatRows, TorchGenerator, UngrainError, type Tensor } from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { accuracyOf, type Accuracy } from '@ungrain/models-mnist/scores';
import { gatherImages, loadImages, mnistFolder, type LabelledImages } from '@ungrain/models-mnist/train';
import { breathe, type Attended } from './progress.js';

/** How many images the judge reads at once. */
const BATCH = 500;

/** The test images, which neither the model nor the judge was trained on, as the judge sees them. */
export interface RealImages {
  readonly images: LabelledImages;
  /** The judge's features, [count, width]. */
  readonly features: Tensor;
  /** How often the judge reads them rightly. */
  readonly judge: Accuracy;
  /** Of pixels and labels. */
  readonly sha256: string;
}

/**
 * Has the judge read MNIST's test images, or those of a folder of IDX files.
 * @throws UngrainError `missing-data`, `bad-idx`
 */
export async function readRealImages(
  judge: Judge,
  { folder, signal, onProgress }: Attended & { readonly folder?: string | undefined },
): Promise<RealImages> {
  const images = await loadImages(folder ?? mnistFolder(), 'test');
  const total = images.labels.length;
  const parts: Tensor[] = [];
  let correct = 0;
  for (let start = 0; start < total; start += BATCH) {
    await breathe(signal);
    const items = Uint32Array.from({ length: Math.min(BATCH, total - start) }, (_, i) => start + i);
    const { digits, features } = await judge.read(gatherImages(images, items));
    correct += digits.filter((digit, i) => digit === images.labels[start + i]).length;
    parts.push(features);
    onProgress?.({ phase: 'reading real images', done: start + items.length, total });
  }
  return {
    images,
    features: concatRows(parts),
    judge: accuracyOf(correct, total),
    sha256: createHash('sha256').update(images.pixels).update(images.labels).digest('hex'),
  };
}

/** Which real images stand for what: numbers of images, none in both. */
export interface RealSplit {
  /** What is compared with: image i is of the class asked i-th, and so on, in as many rounds as there are images for. */
  readonly reference: Uint32Array;
  /** As many as there are samples, of the same classes: what a perfect model would draw. */
  readonly floor: Uint32Array;
}

/**
 * Splits real images so that the classes are those of the samples: their shares in the data play no part. Images are
 * taken in random order, as MNIST's first 5,000 test images are easier than the others.
 *
 * @throws UngrainError `too-few-images` if there are not two of the class for each sample
 */
export function splitReal(labels: ArrayLike<number>, asked: readonly number[]): RealSplit {
  const byClass = new Map<number, number[]>(asked.map((digit) => [digit, []]));
  for (const item of new TorchGenerator(0).permutation(labels.length)) byClass.get(labels[item]!)?.push(item);
  for (const [digit, items] of byClass) {
    const needed = 2 * asked.filter((other) => other === digit).length;
    if (items.length < needed)
      throw new UngrainError(
        'too-few-images',
        `Scores of ${asked.length} samples need ${needed} real test images of class ${digit}, and there are ${items.length}; draw fewer.`,
      );
  }
  const takeRound = (): Uint32Array => Uint32Array.from(asked, (digit) => byClass.get(digit)!.pop()!);
  const floor = takeRound();
  const counts = new Map([...byClass.keys()].map((digit) => [digit, asked.filter((other) => other === digit).length]));
  const rounds: number[] = [];
  while ([...byClass].every(([digit, items]) => items.length >= counts.get(digit)!)) rounds.push(...takeRound());
  return { reference: Uint32Array.from(rounds), floor };
}
