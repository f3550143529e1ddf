import { PLUGIN_API_VERSION, type Plugin, type Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { createDigits } from './digits.js';
import { UNET_MODELS } from './unet-network.js';
import type { FlowKind } from './unet.js';

export interface MnistPluginOptions {
  /** The engine that the models run on; asked for when the first model is created. */
  engine(): Promise<Engine>;
  /** The weights of a model, by its name. In Node they lie in this package under `weights/`. */
  weights(model: string): Promise<ReadonlyMap<string, Tensor>>;
  /** Are there weights for a model? One without is not listed; by default there are for all. */
  has?(model: string): boolean;
}

const SUMMARIES: Readonly<Record<FlowKind, string>> = {
  class: 'Handwritten digits of 28 × 28 pixels, by a class-conditioned flow-matching UNet trained on MNIST.',
  time: 'Whatever handwritten digits come, by a flow-matching UNet that knows the time alone.',
};

/** The MNIST models for a registry. Engine and weights are handed in, so that the same plugin serves Node and browsers. */
export const mnistPlugin = ({ engine, weights, has = () => true }: MnistPluginOptions): Plugin => ({
  name: '@ungrain/models-mnist',
  apiVersion: PLUGIN_API_VERSION,
  models: [...UNET_MODELS]
    .filter(([name]) => has(name))
    .map(([name, kind]) => ({
      name,
      summary: SUMMARIES[kind],
      create: async () => createDigits({ engine: await engine(), weights: await weights(name), kind, name }),
    })),
});
