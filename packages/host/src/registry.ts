import { createRegistry, type Registry } from '@ungrain/core';
import { mnistPlugin } from '@ungrain/models-mnist';
import { samplersPlugin } from '@ungrain/samplers';
import type { EngineSource } from './engine.js';
import { readWeights, shippedWeights, type ShippedNetwork, type Weights } from './weights.js';

export interface HostRegistryOptions {
  readonly engine: EngineSource;
  /** Weights to use instead of those that come with the models, by model. */
  readonly weights?: Readonly<Record<string, Weights>> | undefined;
}

/**
 * Everything that this installation has. A model is created anew whenever it is asked for: keeping and disposing of it
 * is up to the caller.
 */
export const createHostRegistry = ({ engine, weights = {} }: HostRegistryOptions): Registry =>
  createRegistry([
    samplersPlugin,
    mnistPlugin({
      engine,
      weights: async (model) =>
        (weights[model] ?? (await readWeights(shippedWeights(model as ShippedNetwork)))).tensors,
    }),
  ]);
