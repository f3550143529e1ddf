import { z } from 'zod';
import type { Conditioning, Model, ModelBatch, Variance } from '../model.js';
import type { NoiseLevel } from '../noise-level.js';
import { predictionTarget, type Prediction } from '../prediction.js';
import type { Schedule } from '../schedule.js';
import { concatRows, full, linear, map, sliceRows, tensor, type Shape, type Tensor } from '../tensor.js';

export interface GaussianModelOptions {
  readonly schedule: Schedule;
  /** Default `epsilon`. */
  readonly prediction?: Prediction;
  /** Standard deviation of the data around the mean; 0 makes it a point mass. Default 0.5. */
  readonly deviation?: number;
  /** The mean of samples without a condition. Default 0. */
  readonly mean?: number;
  /** Default [1, 2, 2]. */
  readonly sampleShape?: Shape;
  readonly maxRows?: number;
  /** What the variance channels hold everywhere, if there are any. Default `none`, 0. */
  readonly variance?: Variance;
  readonly rawVariance?: number;
  /** What it answers: the averages of data and noise, or, as a consistency model does, where the ODE ends. Default `averages`. */
  readonly answers?: 'averages' | 'ends';
}

/** A model whose every answer is known, for testing samplers and guidances. */
export interface GaussianModel extends Model {
  /** Every `predict` so far. */
  readonly calls: readonly ModelBatch[];
  /** Where the probability-flow ODE takes a state, exactly: what deterministic samplers converge to. */
  flow(x: Tensor, from: NoiseLevel, to: NoiseLevel): Tensor;
}

/**
 * The perfect model of data whose pixels are all N(mean, deviation²) and independent. The condition of a sample is its
 * mean.
 *
 * With V = α²s² + σ²: data = μ + α·s²·(x − α·μ)/V and noise = σ·(x − α·μ)/V. The ODE ends at data = μ + s·(x − α·μ)/√V.
 */
export function gaussianModel({
  schedule,
  prediction = 'epsilon',
  deviation = 0.5,
  mean = 0,
  sampleShape = [1, 2, 2],
  maxRows = Infinity,
  variance = 'none',
  rawVariance = 0,
  answers = 'averages',
}: GaussianModelOptions): GaussianModel {
  const calls: ModelBatch[] = [];
  const spread = ({ alpha, sigma }: NoiseLevel): number => Math.hypot(alpha * deviation, sigma);
  const meanOf = (condition: Conditioning | undefined): number => condition?.['mean']?.data[0] ?? mean;

  function predictRow(x: Tensor, level: NoiseLevel, mu: number): Tensor {
    const { alpha, sigma } = level;
    const total = spread(level);
    const ofData = answers === 'ends' ? deviation : (alpha * deviation ** 2) / total;
    const ofNoise = answers === 'ends' ? (total - alpha * deviation) / (sigma || 1) : sigma / total;
    const data = map(x, (value) => mu + (ofData * (value - alpha * mu)) / total);
    const noise = map(x, (value) => (ofNoise * (value - alpha * mu)) / total);
    const output = predictionTarget(prediction, { data, noise }, level);
    if (variance === 'none') return output;
    const [rows = 0, channels = 0, ...rest] = x.shape;
    const raw = full(x.shape, rawVariance);
    return tensor(Float32Array.of(...output.data, ...raw.data), [rows, 2 * channels, ...rest]);
  }

  return {
    name: 'gaussian',
    schedule,
    prediction,
    variance,
    sampleShape,
    accepts: (shape) => shape.length === 3,
    range: [-1, 1],
    maxRows,
    condition: z.number().optional(),
    defaults: {},
    encode: async (raw) => raw.map((value) => (typeof value === 'number' ? { mean: tensor([value], [1]) } : {})),
    unconditional: () => ({}),
    async predict(batch, signal) {
      signal?.throwIfAborted();
      calls.push(batch);
      const rows = batch.levels.map((level, i) =>
        predictRow(sliceRows(batch.x, i, i + 1), level, meanOf(batch.conditions[i])),
      );
      return concatRows(rows);
    },
    dispose: async () => undefined,
    calls,
    flow: (x, from, to) =>
      linear(
        [spread(to) / spread(from), x],
        [mean * (to.alpha - (from.alpha * spread(to)) / spread(from)), full(x.shape, 1)],
      ),
  };
}
