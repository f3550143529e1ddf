import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { UngrainError, type Model, type Plugin, type Registry, type RunSpec } from '@ungrain/core';
import type { EngineSource } from './engine.js';
import { withFile } from './file-errors.js';
import { createHostRegistry } from './registry.js';
import { readWeights, requireShipped, type Weights } from './weights.js';

/** A model that is ready to be sampled, with what a run of it needs. */
export interface LoadedModel {
  readonly model: Model;
  readonly registry: Registry;
  /** The weights that it runs on; null for a plugin's model that has its own. */
  readonly weights: Pick<Weights, 'path' | 'sha256'> | null;
}

export interface LoadModelOptions {
  readonly engine: EngineSource;
  /** A file of weights for the same network; the model's own by default. */
  readonly weights?: string | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
}

/**
 * Creates a model by its name. The caller disposes of it.
 * @throws UngrainError `unknown-model`, `no-weights`, `file-not-read`, `bad-safetensors`, `weights-mismatch`
 */
export async function loadModel(name: string, options: LoadModelOptions): Promise<LoadedModel> {
  const { engine, weights: path, plugins = [] } = options;
  createHostRegistry({ engine, all: true, plugins }).models.get(name); // an unknown name is refused before anything is read
  if (plugins.some(({ models = [] }) => models.some((model) => model.name === name)))
    return loadPluginModel(name, options);
  const weights = await readWeights(path ?? requireShipped(name));
  const registry = createHostRegistry({ engine, weights: { [name]: weights }, plugins });
  return { model: await registry.models.get(name).create(), registry, weights };
}

/** A plugin's model reads its weights itself. */
async function loadPluginModel(
  name: string,
  { engine, weights: path, plugins }: LoadModelOptions,
): Promise<LoadedModel> {
  const registry = createHostRegistry({ engine, plugins });
  const weights = path === undefined ? null : { path, sha256: await fileHash(path) };
  return { model: await registry.models.get(name).create(path), registry, weights };
}

const fileHash = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await withFile(path, 'read', () => readFile(path)))
    .digest('hex');

/** @throws UngrainError `other-weights` if a run was made with other weights than a model was loaded with */
export function checkRunWeights({ model, weights }: RunSpec, loaded: LoadedModel): void {
  if (weights === undefined || weights === loaded.weights?.sha256) return;
  throw new UngrainError(
    'other-weights',
    `The run was made with weights of '${model}' with the SHA-256 ${weights.slice(0, 12)}…, and ${loaded.weights?.path ?? 'the model'} has ` +
      `${loaded.weights?.sha256.slice(0, 12) ?? 'its own'}…; name the file by --weights.`,
    'failure',
  );
}
