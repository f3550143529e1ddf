import { createHash } from 'node:crypto';
import { UngrainError } from '@ungrain/core';
import { loadImages, mnistFolder, type LabelledImages } from '@ungrain/models-mnist/train';

/** What a network is trained on, and tried on. */
export interface TrainingData {
  readonly train: LabelledImages;
  /** The images that are not trained on; null if the folder has none. */
  readonly test: LabelledImages | null;
  /** Of the training images and labels, wherever they lie. */
  readonly sha256: string;
}

/**
 * Reads a folder of IDX files with MNIST's names; MNIST itself by default.
 * @throws UngrainError `missing-data`, `bad-idx`
 */
export async function loadTrainingData(folder = mnistFolder()): Promise<TrainingData> {
  const train = await loadImages(folder, 'train');
  const sha256 = createHash('sha256').update(train.pixels).update(train.labels).digest('hex');
  return { train, test: await loadTestImages(folder), sha256 };
}

async function loadTestImages(folder: string): Promise<LabelledImages | null> {
  try {
    return await loadImages(folder, 'test');
  } catch (error) {
    if (error instanceof UngrainError && error.code === 'missing-data') return null;
    throw error;
  }
}
