import type { Tensor } from '@ungrain/core';
import type { InferenceOptions } from './inference.js';
import { createUnetInference } from './unet-inference.js';

/** The one-step denoiser: not a diffusion model, but one call from a noisy image to a clean one. */
export interface OneStepDenoiser {
  /** Noisy images [N, 1, 28, 28] (image + σ·noise, the image in [0, 1]) to clean ones. */
  denoise(noisy: Tensor, signal?: AbortSignal): Promise<Tensor>;
  dispose(): Promise<void>;
}

/** @throws UngrainError `weights-mismatch` if the weights are not those of an unconditional UNet */
export async function createDenoiser(options: Pick<InferenceOptions, 'engine' | 'weights'>): Promise<OneStepDenoiser> {
  const network = await createUnetInference('uncond', options);
  return {
    denoise: async (x, signal) => (await network.run({ x }, signal)).image!,
    dispose: () => network.dispose(),
  };
}
