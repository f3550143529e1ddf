import { adam } from '@ungrain/graph';
import { z } from 'zod';
import { judgeTask } from '../judge-task.js';
import { commonFields, rateOf, type CommonSettings, type Recipe } from './recipe.js';

/** The classifier behind `ungrain evaluate`. */
export const judge: Recipe<CommonSettings> = {
  name: 'judge',
  summary: 'A small convolutional classifier of MNIST digits, which reads what the models draw.',
  settings: z.strictObject(commonFields({ epochs: 4, batchSize: 64, learningRate: 2e-3, decay: 'exponential' })),
  task: (settings, data) => judgeTask(data, { ...settings, optimizer: adam(), learningRate: rateOf(settings) }),
};
