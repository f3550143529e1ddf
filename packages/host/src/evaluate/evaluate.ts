import { map, UngrainError, type RunSpec, type Tensor } from '@ungrain/core';
import { gatherRows, HALVES, type Accuracy } from '@ungrain/models-mnist/scores';
import { gatherImages, loadImages, mnistFolder } from '@ungrain/models-mnist/train';
import { classAccuracy, type ClassAccuracy } from './class-accuracy.js';
import { classesInTurn, judgeSamples, type JudgeSamplesOptions } from './judged-samples.js';
import { checkMemorization, type Memorization } from './memorization.js';
import { neighbourSheet } from './neighbour-sheet.js';
import { readRealImages, splitReal, type RealImages, type RealSplit } from './real-images.js';
import { referenceOf, scoreSet, SMALLEST_SET, type SetScores } from './set-scores.js';

export interface EvaluateOptions extends JudgeSamplesOptions {
  /** A folder of IDX files with MNIST's names; MNIST itself by default. */
  readonly data?: string | undefined;
  /** Should the nearest pairs be drawn? */
  readonly sheet?: boolean | undefined;
}

export interface Evaluation extends ClassAccuracy {
  /** How often the network was evaluated for an image. */
  readonly callsPerSample: number;
  /** What needs real images; null if there are none, and `unscored` says why. */
  readonly compared: Comparison | null;
  readonly unscored: string | null;
}

/** What samples are beside real images. */
export interface Comparison {
  readonly samples: SetScores;
  /** The scores of as many other real images: nothing can be expected to do better. */
  readonly floor: SetScores;
  /** The samples' recall as a share of the floor's. */
  readonly recallOfFloor: number;
  readonly memorization: Memorization;
  /** How well the judge reads the real test images. */
  readonly judge: Accuracy;
  /** The nearest pairs as a PNG, if they were asked for. */
  readonly sheet: Uint8Array | null;
}

/**
 * Draws samples and scores them: does the judge read the classes, are the samples as good and as varied as real images,
 * were training images learnt by heart?
 *
 * @throws UngrainError `no-classes`, `too-few-images`, `no-neighbours` if a sheet cannot be had; `missing-data` and `bad-idx` for a folder that was named
 */
export async function evaluateModel(spec: RunSpec, options: EvaluateOptions): Promise<Evaluation> {
  const asked = classesInTurn(options.model, spec.count);
  const prepared = await prepare(asked, options);
  if (options.sheet && typeof prepared === 'string') throw new UngrainError('no-neighbours', prepared);
  const samples = await judgeSamples(spec, options);
  const { callsPerSample } = samples;
  const accuracy = classAccuracy(samples);
  if (typeof prepared === 'string') return { ...accuracy, callsPerSample, compared: null, unscored: prepared };
  const [low, high] = options.model.range;
  const images = map(samples.images, (value) => (value - low) / (high - low));
  const compared = await compare({ images, features: samples.features }, prepared, options);
  return { ...accuracy, callsPerSample, compared, unscored: null };
}

interface Prepared {
  readonly real: RealImages;
  readonly split: RealSplit;
}

/** Everything that could be missing is looked for before anything is drawn. A sentence where no scores can be had. */
async function prepare(asked: readonly number[], options: EvaluateOptions): Promise<Prepared | string> {
  const { judge, data: folder, signal, onProgress } = options;
  if (asked.length < SMALLEST_SET) return `Fewer than ${SMALLEST_SET} samples cannot be compared with real images.`;
  try {
    const real = await readRealImages(judge, { folder, signal, onProgress });
    return { real, split: splitReal(real.images.labels, asked) };
  } catch (error) {
    const absent = error instanceof UngrainError && error.code === 'missing-data' && folder === undefined;
    if (absent) return `There is no MNIST here to compare with: ${error.message}`;
    throw error;
  }
}

async function compare(
  { images, features }: { readonly images: Tensor; readonly features: Tensor },
  { real, split }: Prepared,
  { data, sheet = false, signal, onProgress }: EvaluateOptions,
): Promise<Comparison> {
  const reference = referenceOf(real, split);
  let done = 0;
  const onHalf = (): void => onProgress?.({ phase: 'scoring', done: ++done, total: 2 * HALVES });
  const samples = await scoreSet(features, reference, { signal, onHalf });
  const floor = await scoreSet(gatherRows(real.features, split.floor), reference, { signal, onHalf });
  const training = await loadImages(data ?? mnistFolder(), 'train');
  const held = gatherImages(real.images, split.floor);
  const memorization = await checkMemorization(images, held, training, { signal, onProgress });
  return {
    samples,
    floor,
    recallOfFloor: samples.recall.value / floor.recall.value,
    memorization,
    judge: real.judge,
    sheet: sheet ? neighbourSheet(memorization.pairs, images, training) : null,
  };
}
