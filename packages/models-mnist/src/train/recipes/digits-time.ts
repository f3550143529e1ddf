import { z } from 'zod';
import { flowDrawing, flowSheet, type FlowDrawing } from '../sheets/flow-sheets.js';
import { unetTask } from '../unet-task.js';
import type { Recipe } from './recipe.js';
import { unetFields, unetTraining } from './unet-recipe.js';

const settings = z.strictObject(
  unetFields({ epochs: 10, batchSize: 64, learningRate: 1e-2, decay: 'exponential', hidden: 64 }),
);

/** Flow matching that knows the time alone: the seed's part B, 2.2. */
export const digitsTime: Recipe<z.output<typeof settings>, FlowDrawing> = {
  name: 'digits-time',
  summary: 'The time-conditioned flow-matching UNet on MNIST, which draws whatever digit comes.',
  settings,
  task: (all, data) => unetTask(data, { ...unetTraining(all), kind: 'time' }),
  figures: {
    drawing: flowDrawing,
    sheets: async (_, drawing, source) => [await flowSheet('time', drawing, source)],
  },
};
