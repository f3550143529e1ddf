import { z } from 'zod';
import { classDrawing, flowSheet, type ClassDrawing } from '../sheets/flow-sheets.js';
import { unetTask } from '../unet-task.js';
import type { Recipe } from './recipe.js';
import { unetFields, unetTraining, type UnetDefaults, type UnetSettings } from './unet-recipe.js';

export interface DigitsClassSettings extends UnetSettings {
  readonly pUncond: number;
}

/** Flow matching that knows time and class, under a recipe's own defaults. */
export const classRecipe = (
  name: string,
  summary: string,
  defaults: UnetDefaults,
): Recipe<DigitsClassSettings, ClassDrawing> => ({
  name,
  summary,
  settings: z.strictObject({
    ...unetFields(defaults),
    pUncond: z.number().min(0).max(1).default(0.1).describe('The share of images whose class is hidden.'),
  }),
  task: (all, data) => unetTask(data, { ...unetTraining(all), kind: 'class', pUncond: all.pUncond }),
  figures: {
    drawing: classDrawing,
    sheets: async (_, drawing, source) => [await flowSheet('class', drawing, source)],
  },
});

/** The seed's part B, 2.5. */
export const digitsClass = classRecipe(
  'digits-class',
  'The class-conditioned flow-matching UNet on MNIST: the model that `ungrain sample digits` draws with.',
  { epochs: 10, batchSize: 64, learningRate: 1e-2, decay: 'exponential', hidden: 64 },
);
