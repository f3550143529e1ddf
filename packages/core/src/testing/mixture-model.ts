import { z } from 'zod';
import type { Conditioning, Model, ModelBatch, Variance } from '../model.js';
import type { NoiseLevel } from '../noise-level.js';
import { targetWeights, type Prediction } from '../prediction.js';
import type { Schedule } from '../schedule.js';
import { sizeOf, tensor, type Shape, type Tensor } from '../tensor.js';

/** One of the two Gaussians: what its pixels are around, by place, and how far they spread. */
export interface MixtureComponent {
  mean(channel: number, y: number, x: number): number;
  readonly deviation: number;
}

export interface MixtureModelOptions {
  readonly schedule: Schedule;
  /** Default `epsilon`. */
  readonly prediction?: Prediction;
  /** Default [1, 7, 6]; it accepts every other shape too. */
  readonly sampleShape?: Shape;
  /** The share of component `a`. Default 0.35. */
  readonly weight?: number;
  /** By default two patterns of waves. */
  readonly a?: MixtureComponent;
  readonly b?: MixtureComponent;
  readonly maxRows?: number;
  /** Default `none`. */
  readonly variance?: Variance;
  /** What the variance channels hold where x holds a value. Default tanh(1.5·x). */
  readonly rawVariance?: (x: number) => number;
  /**
   * What it goes by: the level that a query names, or, as a network does, its time alone, which it looks up in its
   * schedule. They differ in DDIM inversion. Default `level`.
   */
  readonly told?: 'level' | 'time';
}

export type MixturePart = 'a' | 'b';

/** A model whose every answer is known although its data has two modes, so that solvers and guidance have work to do. */
export interface MixtureModel extends Model {
  /** Every `predict` so far. */
  readonly calls: readonly ModelBatch[];
  /** What is expected of data and noise where x holds `value`, in double precision. */
  answer(
    value: number,
    place: readonly [channel: number, y: number, x: number],
    level: NoiseLevel,
    part?: MixturePart,
  ): { readonly data: number; readonly noise: number };
}

const WAVES: Readonly<Record<MixturePart, MixtureComponent>> = {
  a: { mean: (channel, y, x) => 0.6 * Math.sin(1.3 * channel + 0.9 * y + 0.5 * x + 0.2), deviation: 0.25 },
  b: { mean: (channel, y, x) => -0.5 + 0.4 * Math.cos(0.7 * channel - 0.4 * y + 1.1 * x), deviation: 0.15 },
};

/**
 * The perfect model of data whose pixels are independent and each drawn from w·N(a, s_a²) + (1 − w)·N(b, s_b²). The
 * condition `a` or `b` of a sample keeps one component; without it the model is that of the mixture. It is computed in
 * double precision and rounded once, to the output.
 *
 * For x = α·data + σ·noise, with V = α²s² + σ² and d = x − α·mean of each component:
 *
 *   r_a = sigmoid(log(w/(1 − w)) + ½·log(V_b/V_a) − d_a²/(2·V_a) + d_b²/(2·V_b)),   r_b = 1 − r_a
 *   data = Σ r·(mean + α·s²·d/V),   noise = Σ r·σ·d/V
 */
export function mixtureModel({
  schedule,
  prediction = 'epsilon',
  sampleShape = [1, 7, 6],
  weight = 0.35,
  a = WAVES.a,
  b = WAVES.b,
  maxRows = Infinity,
  variance = 'none',
  rawVariance = (x) => Math.tanh(1.5 * x),
  told = 'level',
}: MixtureModelOptions): MixtureModel {
  const calls: ModelBatch[] = [];
  const prior = Math.log(weight / (1 - weight));

  function answer(
    value: number,
    [channel, y, x]: readonly [number, number, number],
    { alpha, sigma }: NoiseLevel,
    part?: MixturePart,
  ): { data: number; noise: number } {
    const under = ({ mean, deviation }: MixtureComponent) => {
      const center = mean(channel, y, x);
      const total = (alpha * deviation) ** 2 + sigma ** 2;
      const off = value - alpha * center;
      return {
        logDensity: -Math.log(total) / 2 - off ** 2 / (2 * total),
        data: center + (alpha * deviation ** 2 * off) / total,
        noise: (sigma * off) / total,
      };
    };
    const [ofA, ofB] = [under(a), under(b)];
    if (part) return part === 'a' ? ofA : ofB;
    const share = 1 / (1 + Math.exp(-(prior + ofA.logDensity - ofB.logDensity)));
    return {
      data: share * ofA.data + (1 - share) * ofB.data,
      noise: share * ofA.noise + (1 - share) * ofB.noise,
    };
  }

  function predict({ x, levels, conditions }: ModelBatch): Tensor {
    const [rows = 0, channels = 0, height = 1, width = 1] = x.shape;
    const size = channels * height * width;
    const outputs = variance === 'none' ? 1 : 2;
    const data = new Float32Array(rows * outputs * size);
    for (let row = 0; row < rows; row++) {
      const level = told === 'time' ? schedule.level(levels[row]!.time) : levels[row]!;
      const [ofData, ofNoise] = targetWeights(prediction, level);
      const part = partOf(conditions[row]);
      for (let i = 0; i < size; i++) {
        const value = x.data[row * size + i]!;
        const place = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width] as const;
        const known = answer(value, place, level, part);
        data[row * outputs * size + i] = ofData * known.data + ofNoise * known.noise;
        if (outputs === 2) data[row * 2 * size + size + i] = rawVariance(value);
      }
    }
    return { data, shape: [rows, outputs * channels, ...x.shape.slice(2)] };
  }

  return {
    name: 'mixture',
    schedule,
    prediction,
    variance,
    sampleShape,
    accepts: (shape) => shape.length === 3 && sizeOf(shape) > 0,
    range: [-1, 1],
    maxRows,
    condition: z.enum(['a', 'b']).optional(),
    defaults: {},
    encode: async (raw) => raw.map((part) => (part === 'a' || part === 'b' ? KEPT[part] : {})),
    unconditional: () => ({}),
    async predict(batch, signal) {
      signal?.throwIfAborted();
      calls.push(batch);
      return predict(batch);
    },
    dispose: async () => undefined,
    calls,
    answer,
  };
}

/** A condition, encoded: the share of component `a`. */
const KEPT: Readonly<Record<MixturePart, Conditioning>> = {
  a: { share: tensor([1], [1]) },
  b: { share: tensor([0], [1]) },
};

function partOf(condition: Conditioning | undefined): MixturePart | undefined {
  const share = condition?.['share']?.data[0];
  return share === undefined ? undefined : share === 1 ? 'a' : 'b';
}
