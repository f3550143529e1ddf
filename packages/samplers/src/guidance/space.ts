import {
  add,
  predictionTarget,
  solvePrediction,
  subtract,
  zeros,
  type Denoised,
  type Model,
  type NoiseLevel,
  type Tensor,
} from '@ungrain/core';
import { z } from 'zod';

const SPACES = ['model', 'sample', 'epsilon', 'v', 'flow'] as const;
export type Space = (typeof SPACES)[number];

/** In which of a model's possible outputs a guidance measures lengths and angles. For sums it makes no difference. */
export const spaceOption = (byDefault: Space) =>
  z
    .enum(SPACES)
    .default(byDefault)
    .describe('What it measures: what the model predicts, the data, the noise, v, or the velocity.');

/** A tensor for an estimate, and back. */
export interface SpaceView {
  read(estimate: Denoised, level: NoiseLevel): Tensor;
  /** The estimate, moved so far that it reads as `tensor`. α·data + σ·noise stays what it is. */
  write(estimate: Denoised, level: NoiseLevel, tensor: Tensor): Denoised;
}

/**
 * Estimates as a model of some kind would predict them. `write` moves data and noise by what the change means for them,
 * so that it leaves alone what the space does not show: the noise of an estimate whose data another guidance has clipped.
 */
export function viewIn(space: Space, model: Pick<Model, 'prediction'>): SpaceView {
  const prediction = space === 'model' ? model.prediction : space;
  const read: SpaceView['read'] = (estimate, level) => predictionTarget(prediction, estimate, level);
  return {
    read,
    write(estimate, level, tensor) {
      const change = subtract(tensor, read(estimate, level));
      const { data, noise } = solvePrediction(prediction, zeros(tensor.shape), change, level);
      return { ...estimate, data: add(estimate.data, data), noise: add(estimate.noise, noise) };
    },
  };
}
