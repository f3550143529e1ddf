import { z } from 'zod';
import { pureNoiseDrawing, pureNoiseSheet } from '../sheets/pure-noise-sheet.js';
import { unetTask } from '../unet-task.js';
import type { Recipe } from './recipe.js';
import { unetFields, unetTraining } from './unet-recipe.js';

const settings = z.strictObject(
  unetFields({ epochs: 5, batchSize: 256, learningRate: 1e-4, decay: 'constant', hidden: 128 }),
);

/**
 * Denoising pure noise: the seed's part B, 1.2.3. The noise says nothing of the image, so the output with the smallest
 * mean squared error is the same for all: the mean of the training images.
 */
export const pureNoise: Recipe<z.output<typeof settings>> = {
  name: 'pure-noise',
  summary: 'The one-step UNet, shown noise alone: it learns to answer with the mean of the training images.',
  settings,
  task: (all, data) => unetTask(data, { ...unetTraining(all), kind: 'uncond', sees: 'noise' }),
  figures: {
    drawing: pureNoiseDrawing,
    sheets: async (_, drawing, source) => [await pureNoiseSheet(drawing, source)],
  },
};
