import { z } from 'zod';
import { denoiserDrawing, denoiserSheets, type DenoiserDrawing } from '../sheets/denoiser-sheets.js';
import { unetTask } from '../unet-task.js';
import type { Recipe } from './recipe.js';
import { unetFields, unetTraining } from './unet-recipe.js';

const settings = z.strictObject({
  ...unetFields({ epochs: 5, batchSize: 256, learningRate: 1e-4, decay: 'constant', hidden: 128 }),
  sigma: z
    .number()
    .min(0)
    .max(100)
    .default(0.5)
    .describe('How much noise the network learns to take away: image + σ·noise.'),
});

/** Single-step denoising: the seed's part B, 1.2.1. */
export const denoiser: Recipe<z.output<typeof settings>, DenoiserDrawing> = {
  name: 'denoiser',
  summary: 'A UNet that takes the noise off an MNIST digit in one step, at one level of noise.',
  settings,
  task: (all, data) => unetTask(data, { ...unetTraining(all), kind: 'uncond', sees: all.sigma }),
  figures: {
    drawing: denoiserDrawing,
    sheets: ({ sigma }, drawing, source) => denoiserSheets(sigma, drawing, source),
  },
};
