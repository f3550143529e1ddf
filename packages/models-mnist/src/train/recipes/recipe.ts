import type { Schema } from '@ungrain/core';
import { constantRate, exponentialDecay, type LearningRate, type Task } from '@ungrain/training';
import { z } from 'zod';
import type { LabelledImages } from '../images.js';
import type { Drawing, Sheet, SheetSource } from '../sheets/index.js';

/** A training that anyone can repeat: what it trains, and settings with their defaults. */
export interface Recipe<S extends CommonSettings = CommonSettings, D extends Drawing = Drawing> {
  readonly name: string;
  readonly summary: string;
  readonly settings: Schema<S>;
  /** @throws UngrainError `bad-data` if the images do not fit the network */
  task(settings: S, data: LabelledImages): Task;
  /** Absent where there is nothing to show but the loss. */
  readonly figures?: Figures<S, D>;
}

/** How a trained network is shown. */
export interface Figures<S, D> {
  readonly drawing: Schema<D>;
  sheets(settings: S, drawing: D, source: SheetSource): Promise<readonly Sheet[]>;
}

/** What every recipe can be told. */
export interface CommonSettings {
  readonly seed: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly decay: 'exponential' | 'constant';
}

/** The fields of `CommonSettings` with a recipe's own defaults. */
export const commonFields = ({ seed = 100, epochs, batchSize, learningRate, decay }: CommonDefaults) => ({
  seed: z.int().min(0).default(seed).describe('The seed of everything random; the same seed trains the same network.'),
  epochs: z.int().min(1).max(10_000).default(epochs).describe('Passes over the training images.'),
  batchSize: z.int().min(2).max(4096).default(batchSize).describe('Images a step.'),
  learningRate: z.number().positive().max(1).default(learningRate).describe('The learning rate at the start.'),
  decay: z
    .enum(['exponential', 'constant'])
    .default(decay)
    .describe('exponential: falls after each epoch, to a tenth of itself at the end; constant: stays.'),
});

export type CommonDefaults = Omit<CommonSettings, 'seed'> & { readonly seed?: number };

/** rate · 0.1^(epoch / epochs), or the same rate throughout. */
export const rateOf = ({ decay, learningRate, epochs }: CommonSettings): LearningRate =>
  decay === 'constant' ? constantRate(learningRate) : exponentialDecay(learningRate, epochs);
