import { createRegistry, PLUGIN_API_VERSION, type Plugin, type Registry } from '@ungrain/core';
import { mnistPlugin } from '@ungrain/models-mnist';
import { samplersPlugin } from '@ungrain/samplers';
import type { EngineSource } from './engine.js';
import {
  DEEPFLOYD_MODELS,
  loadDeepfloyd,
  type DeepfloydName,
  type DeepfloydSource,
} from './deepfloyd/load-deepfloyd.js';
import { readWeights, shippedWeights, type Weights } from './weights.js';

export interface HostRegistryOptions {
  readonly engine: EngineSource;
  /** Weights to use instead of those that come with the models, by model. */
  readonly weights?: Readonly<Record<string, Weights>> | undefined;
  /** Where DeepFloyd IF's models lie; without it they are listed, and creating one fails. */
  readonly deepfloyd?: DeepfloydSource | undefined;
  /** What `loadPlugins` found. */
  readonly plugins?: readonly Plugin[] | undefined;
}

/** Everything that this installation has. A model is created anew whenever it is asked for; the caller disposes of it. */
export const createHostRegistry = ({
  engine,
  weights = {},
  deepfloyd = {},
  plugins = [],
}: HostRegistryOptions): Registry =>
  createRegistry([
    samplersPlugin,
    mnistPlugin({
      engine,
      weights: async (model, file) =>
        (await (file === undefined ? (weights[model] ?? readWeights(shippedWeights(model))) : readWeights(file)))
          .tensors,
    }),
    deepfloydPlugin(engine, deepfloyd),
    ...plugins,
  ]);

/** A model of DeepFloyd IF from its folder, or from another one of the same stage. */
const deepfloydPlugin = (engine: EngineSource, source: DeepfloydSource): Plugin => ({
  name: 'deepfloyd',
  apiVersion: PLUGIN_API_VERSION,
  models: (Object.keys(DEEPFLOYD_MODELS) as DeepfloydName[]).map((name) => {
    const { stage, summary } = DEEPFLOYD_MODELS[name];
    return {
      name,
      summary,
      async create(folder) {
        const [loaded] = await loadDeepfloyd(
          [name],
          { ...source, ...(folder !== undefined && { [stage]: folder }) },
          engine,
        );
        return loaded!.model;
      },
    };
  }),
});
