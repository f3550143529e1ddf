import { PLUGIN_API_VERSION, type Plugin, type Tensor } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import { createDenoiser } from './denoiser.js';
import { digitEnergy } from './digit-energy.js';
import { createDigits } from './digits.js';
import { UNET_MODELS } from './unet-network.js';
import type { UnetKind } from './unet.js';

export interface MnistPluginOptions {
  /** The engine that the models run on; asked for when the first model is created. */
  engine(): Promise<Engine>;
  /**
   * The weights of a model or of the judge, by its name, or other ones for it, which the front end knows by a name of its
   * own. In Node the former lie in this package under `weights/`.
   */
  weights(model: string, others?: string): Promise<ReadonlyMap<string, Tensor>>;
}

const SUMMARIES: Readonly<Record<UnetKind, string>> = {
  class: 'Handwritten digits of 28 × 28 pixels, by a class-conditioned flow-matching UNet trained on MNIST.',
  time: 'Whatever handwritten digits come, by a flow-matching UNet that knows the time alone.',
  uncond: 'Noisy digits to clean ones in one step, by a UNet trained at one level of noise: see `ungrain denoise`.',
};

/** The MNIST models for a registry, and the judge as an energy. Engine and weights are handed in, so that the same plugin serves Node and browsers. */
export const mnistPlugin = ({ engine, weights }: MnistPluginOptions): Plugin => ({
  name: '@ungrain/models-mnist',
  apiVersion: PLUGIN_API_VERSION,
  models: [...UNET_MODELS].map(([name, kind]) => ({
    name,
    summary: SUMMARIES[kind],
    async create(others) {
      const network = { engine: await engine(), weights: await weights(name, others) };
      return kind === 'uncond' ? createDenoiser(network) : createDigits({ ...network, kind, name });
    },
  })),
  energies: [digitEnergy({ engine, weights: () => weights('judge') })],
});
