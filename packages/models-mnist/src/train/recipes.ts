import { suggestion, UngrainError, type Schema } from '@ungrain/core';
import { adam } from '@ungrain/graph';
import { constantRate, exponentialDecay, type LearningRate, type Task } from '@ungrain/training';
import { z } from 'zod';
import { flowTask } from './flow-task.js';
import type { LabelledImages } from './images.js';
import { judgeTask } from './judge-task.js';

/** A training that anyone can repeat: what it trains, and settings with their defaults. */
export interface Recipe<S extends CommonSettings = CommonSettings> {
  readonly name: string;
  readonly summary: string;
  readonly settings: Schema<S>;
  task(settings: S, data: LabelledImages): Task;
}

const common = {
  seed: z.int().min(0).default(100).describe('The seed of everything random; the same seed trains the same network.'),
  epochs: z.int().min(1).max(10_000).describe('Passes over the training images.'),
  batchSize: z.int().min(2).max(4096).describe('Images a step.'),
  learningRate: z.number().positive().max(1).describe('The learning rate at the start.'),
  decay: z
    .enum(['exponential', 'constant'])
    .describe('exponential: falls after each epoch, to a tenth of itself at the end; constant: stays.'),
};

/** What every recipe can be told. */
export type CommonSettings = z.output<z.ZodObject<typeof common>>;

const flowSettings = z.strictObject({
  ...common,
  epochs: common.epochs.default(10),
  batchSize: common.batchSize.default(64),
  learningRate: common.learningRate.default(1e-2),
  decay: common.decay.default('exponential'),
  hidden: z.int().min(1).max(1024).default(64).describe('D, the channels at full resolution.'),
  pUncond: z.number().min(0).max(1).default(0.1).describe('The share of images whose class is hidden.'),
  emaDecay: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe('Keeps an average of the weights with this decay, and ends with it; 0 keeps none.'),
});

const digitsClass: Recipe<z.output<typeof flowSettings>> = {
  name: 'digits-class',
  summary: 'The class-conditioned flow-matching UNet on MNIST: the model that `ungrain sample digits` draws with.',
  settings: flowSettings,
  task: ({ emaDecay, ...settings }, data) =>
    flowTask(data, {
      ...settings,
      kind: 'class',
      optimizer: adam(),
      learningRate: rateOf(settings),
      ...(emaDecay > 0 && { emaDecay }),
    }),
};

const judgeSettings = z.strictObject({
  ...common,
  epochs: common.epochs.default(4),
  batchSize: common.batchSize.default(64),
  learningRate: common.learningRate.default(2e-3),
  decay: common.decay.default('exponential'),
});

const judge: Recipe<z.output<typeof judgeSettings>> = {
  name: 'judge',
  summary: 'A small convolutional classifier of MNIST digits, which reads what the models draw.',
  settings: judgeSettings,
  task: (settings, data) => judgeTask(data, { ...settings, optimizer: adam(), learningRate: rateOf(settings) }),
};

function rateOf({ decay, learningRate, epochs }: CommonSettings): LearningRate {
  return decay === 'constant' ? constantRate(learningRate) : exponentialDecay(learningRate, epochs);
}

/** Every recipe, by name. */
export const recipes = [digitsClass, judge] as readonly Recipe[];

/** @throws UngrainError `unknown-recipe`, with the nearest name */
export function recipeNamed(name: string): Recipe {
  const found = recipes.find((recipe) => recipe.name === name);
  if (found) return found;
  const names = recipes.map((recipe) => recipe.name);
  throw new UngrainError('unknown-recipe', `There is no recipe '${name}'${suggestion(name, names)}`);
}
