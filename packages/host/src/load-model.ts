import { UngrainError, type Model, type Registry, type RunSpec } from '@ungrain/core';
import type { EngineSource } from './engine.js';
import { createHostRegistry } from './registry.js';
import { readWeights, requireShipped, type Weights } from './weights.js';

/** A model that is ready to be sampled, with what a run of it needs. */
export interface LoadedModel {
  readonly model: Model;
  readonly registry: Registry;
  /** The weights that it runs on. */
  readonly weights: Weights;
}

export interface LoadModelOptions {
  readonly engine: EngineSource;
  /** A file of weights for the same network; the model's own by default. */
  readonly weights?: string | undefined;
}

/**
 * Creates a model by its name. The caller disposes of it.
 * @throws UngrainError `unknown-model`, `no-weights`, `file-not-read`, `bad-safetensors`, `weights-mismatch`
 */
export async function loadModel(name: string, { engine, weights: path }: LoadModelOptions): Promise<LoadedModel> {
  createHostRegistry({ engine, all: true }).models.get(name); // an unknown name is refused before anything is read
  const weights = await readWeights(path ?? requireShipped(name));
  const registry = createHostRegistry({ engine, weights: { [name]: weights } });
  return { model: await registry.models.get(name).create(), registry, weights };
}

/** @throws UngrainError `other-weights` if a run was made with other weights than a model was loaded with */
export function checkRunWeights({ model, weights }: RunSpec, loaded: LoadedModel): void {
  if (weights === undefined || weights === loaded.weights.sha256) return;
  throw new UngrainError(
    'other-weights',
    `The run was made with weights of '${model}' with the SHA-256 ${weights.slice(0, 12)}…, and ${loaded.weights.path} has ` +
      `${loaded.weights.sha256.slice(0, 12)}…; name the file by --weights.`,
    'failure',
  );
}
