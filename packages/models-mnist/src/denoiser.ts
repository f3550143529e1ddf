import { UngrainError, type Model, type NoiseLevel, type Schedule } from '@ungrain/core';
import { z } from 'zod';
import type { InferenceOptions } from './inference.js';
import { mnistImages } from './mnist-images.js';
import { createUnetInference } from './unet-inference.js';

/** The most noise that is added. The course trains at σ = 0.5 and looks at σ up to 1. */
const NOISIEST = 3;

/**
 * Noise is added to data that stays as it is, x = image + σ·noise ("variance exploding"), with σ for the time: α = 1.
 * Song et al. 2021, "Score-Based Generative Modeling through Stochastic Differential Equations", section 3.4. What is
 * called `edm` in a run is the same, but begins above σ = 0 and belongs to the samplers, which models do not know.
 */
export const addedNoise: Schedule = {
  name: 'added-noise',
  noisiest: NOISIEST,
  cleanest: 0,
  trainedSteps: null,
  clean: { time: 0, alpha: 1, sigma: 0 },
  level: levelAt,
  timeAt: (logSnr) => Math.min(NOISIEST, Math.exp(-logSnr / 2)),
  rate(time) {
    levelAt(time);
    return { alpha: 0, sigma: 1 };
  },
};

function levelAt(time: number): NoiseLevel {
  if (!(time >= 0 && time <= NOISIEST))
    throw new UngrainError('time-out-of-range', `The times of the denoiser are σ of 0 to ${NOISIEST}, not ${time}.`);
  return { time, alpha: 1, sigma: time };
}

/**
 * The one-step denoiser as a model: samples are [1, 28, 28] in [0, 1], and the network answers with the clean image. It
 * was trained at one σ and is told none, so it does well there, and the worse the farther away.
 *
 * @throws UngrainError `weights-mismatch` if the weights are not those of an unconditional UNet
 */
export async function createDenoiser(options: Pick<InferenceOptions, 'engine' | 'weights'>): Promise<Model> {
  const network = await createUnetInference('uncond', options);
  return {
    ...mnistImages,
    name: 'denoiser',
    schedule: addedNoise,
    prediction: 'sample',
    condition: z.undefined(),
    defaults: { sampler: { name: 'euler' }, spacing: { name: 'uniform' }, steps: 50, guidance: [] },
    encode: async (raw) => raw.map(() => ({})),
    unconditional: () => ({}),
    predict: async ({ x }, signal) => (await network.run({ x }, signal)).image!,
    dispose: () => network.dispose(),
  };
}
