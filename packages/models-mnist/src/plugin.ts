import { PLUGIN_API_VERSION, type Plugin, type Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { createDigits } from './digits.js';

export interface MnistPluginOptions {
  /** The engine that the models run on; asked for when the first model is created. */
  engine(): Promise<Engine>;
  /** The weights of a model, by its name. In Node they lie in this package under `weights/`. */
  weights(model: string): Promise<ReadonlyMap<string, Tensor>>;
}

/** The MNIST models for a registry. Engine and weights are handed in, so that the same plugin serves Node and browsers. */
export const mnistPlugin = ({ engine, weights }: MnistPluginOptions): Plugin => ({
  name: '@ungrain/models-mnist',
  apiVersion: PLUGIN_API_VERSION,
  models: [
    {
      name: 'digits',
      summary: 'Handwritten digits of 28 × 28 pixels, by a class-conditioned flow-matching UNet trained on MNIST.',
      create: async () => createDigits({ engine: await engine(), weights: await weights('digits') }),
    },
  ],
});
