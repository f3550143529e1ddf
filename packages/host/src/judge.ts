import { createJudge, type Judge } from '@ungrain/models-mnist';
import type { EngineSource } from './engine.js';
import { readWeights, shippedWeights } from './weights.js';

/** The classifier that comes with Ungrain. */
export interface LoadedJudge {
  /** The caller disposes of it. */
  readonly judge: Judge;
  /** Of its weights. */
  readonly sha256: string;
}

/** @throws UngrainError `file-not-read`, `weights-mismatch` */
export async function loadJudge(engine: EngineSource): Promise<LoadedJudge> {
  const { tensors, sha256 } = await readWeights(shippedWeights('judge'));
  return { judge: await createJudge({ engine: await engine(), weights: tensors }), sha256 };
}
