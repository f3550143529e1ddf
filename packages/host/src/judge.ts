import { sizeOf, UngrainError } from '@ungrain/core';
import { createJudge, type Judge } from '@ungrain/models-mnist';
import { accuracyOf, type Accuracy } from '@ungrain/models-mnist/scores';
import { gatherImages, loadImages, mnistFolder } from '@ungrain/models-mnist/train';
import type { EngineSource } from './engine.js';
import { readWeights, shippedWeights } from './weights.js';

/** How many test images are read at once. */
const BATCH = 500;

/** The classifier that comes with Ungrain. The caller disposes of it. @throws UngrainError `file-not-read`, `weights-mismatch` */
export async function loadJudge(engine: EngineSource): Promise<Judge> {
  const { tensors } = await readWeights(shippedWeights('judge'));
  return createJudge({ engine: await engine(), weights: tensors });
}

/** How well the judge reads MNIST's test images, which it was not trained on; null if MNIST is not installed. */
export async function judgeAccuracy(judge: Judge, folder?: string): Promise<Accuracy | null> {
  const data = await loadTestImages(folder);
  if (!data) return null;
  const count = data.pixels.length / sizeOf(data.size);
  let correct = 0;
  for (let start = 0; start < count; start += BATCH) {
    const items = Uint32Array.from({ length: Math.min(BATCH, count - start) }, (_, i) => start + i);
    const { digits } = await judge.read(gatherImages(data, items));
    correct += digits.filter((digit, i) => digit === data.labels[items[i]!]).length;
  }
  return accuracyOf(correct, count);
}

async function loadTestImages(folder?: string) {
  try {
    return await loadImages(folder ?? mnistFolder(), 'test');
  } catch (error) {
    if (error instanceof UngrainError && error.code === 'missing-data') return null;
    throw error;
  }
}
