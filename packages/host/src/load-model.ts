import { UngrainError, type Model, type Plugin, type Registry, type RunSpec } from '@ungrain/core';
import {
  DEEPFLOYD_MODELS,
  isDeepfloyd,
  loadDeepfloyd,
  type DeepfloydName,
  type DeepfloydSource,
} from './deepfloyd/load-deepfloyd.js';
import type { EngineSource } from './engine.js';
import { fileHash } from './file-hash.js';
import { createHostRegistry } from './registry.js';
import { readWeights, shippedWeights, type Weights } from './weights.js';

/** A model that is ready to be sampled, with what a run of it needs. */
export interface LoadedModel {
  readonly model: Model;
  readonly registry: Registry;
  /** The weights that it runs on; null for a plugin's model that has its own. */
  readonly weights: Pick<Weights, 'path' | 'sha256'> | null;
  /** What a run of it should record besides the programs: what reads its prompts. */
  readonly versions?: Readonly<Record<string, string>>;
  /** What makes its images larger, if that was asked for; the caller disposes of it too. */
  readonly upscaler?: LoadedModel;
}

export interface LoadModelOptions {
  readonly engine: EngineSource;
  /** A file of weights for the same network; the model's own by default. */
  readonly weights?: string | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
  /** Where DeepFloyd IF's models lie. Stage I then comes with stage II, if that is named. */
  readonly deepfloyd?: DeepfloydSource | undefined;
}

/**
 * Creates a model by its name. The caller disposes of it.
 * @throws UngrainError `unknown-model`, `no-weights`, `file-not-read`, `bad-safetensors`, `weights-mismatch`
 */
export async function loadModel(name: string, options: LoadModelOptions): Promise<LoadedModel> {
  const { engine, weights: path, plugins = [] } = options;
  if (isDeepfloyd(name)) return loadStages(name, options);
  createHostRegistry({ engine, plugins }).models.get(name); // an unknown name is refused before anything is read
  if (plugins.some(({ models = [] }) => models.some((model) => model.name === name)))
    return loadPluginModel(name, options);
  const weights = await readWeights(path ?? shippedWeights(name));
  const registry = createHostRegistry({ engine, weights: { [name]: weights }, plugins });
  return { model: await registry.models.get(name).create(), registry, weights };
}

/** Models of DeepFloyd IF, whose weights are a folder: `--weights` may name it too. */
async function loadStages(
  name: DeepfloydName,
  { engine, weights, plugins, deepfloyd = {} }: LoadModelOptions,
): Promise<LoadedModel> {
  const source = { ...deepfloyd, ...(weights !== undefined && { [DEEPFLOYD_MODELS[name].stage]: weights }) };
  const registry = createHostRegistry({ engine, plugins, deepfloyd: source });
  const names: readonly DeepfloydName[] = name === 'if' && source.stage2 !== undefined ? [name, 'if-stage2'] : [name];
  const [first, second] = await loadDeepfloyd(names, source, engine);
  return { registry, ...first!, ...(second && { upscaler: { registry, ...second } }) };
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

/** @throws UngrainError `other-weights` if a run was made with other weights than a model was loaded with */
export function checkRunWeights({ model, weights }: RunSpec, loaded: LoadedModel): void {
  if (weights === undefined || weights === loaded.weights?.sha256) return;
  throw new UngrainError(
    'other-weights',
    `The run was made with weights of '${model}' with the SHA-256 ${weights.slice(0, 12)}…, and ${loaded.weights?.path ?? 'the model'} has ` +
      `${loaded.weights?.sha256.slice(0, 12) ?? 'its own'}…; name ${isDeepfloyd(model) ? `its folder by --${DEEPFLOYD_MODELS[model].stage}` : 'the file by --weights'}.`,
    'failure',
  );
}
