import type { NoiseLevel } from './noise-level.js';
import { linear, zeros, type Tensor } from './tensor.js';

/**
 * What a model was trained to output for x = α·data + σ·noise:
 * - `epsilon`: the noise (Ho et al. 2020, "Denoising Diffusion Probabilistic Models")
 * - `sample`: the data
 * - `v`: α·noise − σ·data (Salimans & Ho 2022, "Progressive Distillation", section 4)
 * - `flow`: data − noise, the velocity dx/dt of x = (1 − t)·noise + t·data (Lipman et al. 2023, "Flow Matching")
 */
export type Prediction = 'epsilon' | 'sample' | 'v' | 'flow';

/** The two unknowns of x = α·data + σ·noise. Both have the shape of x. */
export interface DataAndNoise {
  readonly data: Tensor;
  readonly noise: Tensor;
}

/** Of a level: does x say anything about the data, or about the noise, that float32 can hold? */
const FLOAT32_ROUNDING = 2 ** -24;

/** data = data[0]·x + data[1]·output, and noise in the same way. */
interface Solution {
  readonly data: readonly [x: number, output: number];
  readonly noise: readonly [x: number, output: number];
}

interface Rule {
  /** The output of a perfect model: output = target[0]·data + target[1]·noise. */
  target(level: NoiseLevel): readonly [data: number, noise: number];
  /** Solves {x = α·data + σ·noise, output = target} for data and noise. */
  solve(level: NoiseLevel): Solution;
}

const RULES: Readonly<Record<Prediction, Rule>> = {
  epsilon: {
    target: () => [0, 1],
    solve: ({ alpha, sigma }) =>
      alpha > FLOAT32_ROUNDING * sigma
        ? { data: [1 / alpha, -sigma / alpha], noise: [0, 1] } // data = (x − σ·ε) / α
        : { data: [0, 0], noise: [1 / sigma, 0] }, // x is noise alone and says nothing about the data: take its mean, 0
  },
  sample: {
    target: () => [1, 0],
    solve: ({ alpha, sigma }) =>
      sigma > FLOAT32_ROUNDING * alpha
        ? { data: [0, 1], noise: [1 / sigma, -alpha / sigma] } // noise = (x − α·data) / σ
        : { data: [1 / alpha, 0], noise: [0, 0] }, // x is the data and holds no noise
  },
  v: {
    target: ({ alpha, sigma }) => [-sigma, alpha],
    solve: ({ alpha, sigma }) => {
      const norm = alpha ** 2 + sigma ** 2; // 1 where variance is preserved
      return { data: [alpha / norm, -sigma / norm], noise: [sigma / norm, alpha / norm] };
    },
  },
  flow: {
    target: () => [1, -1],
    solve: ({ alpha, sigma }) => {
      const sum = alpha + sigma; // 1 on the straight path
      return { data: [1 / sum, sigma / sum], noise: [1 / sum, -alpha / sum] };
    },
  },
};

/**
 * The data and the noise that a model's output stands for. α·data + σ·noise = x holds up to float32 rounding at every
 * level, both ends included: an ε-model at α = 0 cannot know the data (0 is given, and noise = x/σ), nor an x0-model at
 * σ = 0 the noise (0 is given, and data = x/α).
 *
 * @throws UngrainError `shape-mismatch` if `output` has another shape than `x`.
 */
export function solvePrediction(prediction: Prediction, x: Tensor, output: Tensor, level: NoiseLevel): DataAndNoise {
  const { data, noise } = RULES[prediction].solve(level);
  return { data: combine(data, x, output), noise: combine(noise, x, output) };
}

/** A combination that leaves out terms of weight 0, so that a useless output may even be infinite. */
function combine([ofX, ofOutput]: readonly [number, number], x: Tensor, output: Tensor): Tensor {
  if (ofX === 0 && ofOutput === 1) return output;
  const terms = [[ofX, x] as const, [ofOutput, output] as const].filter(([weight]) => weight !== 0);
  return terms.length > 0 ? linear(...terms) : zeros(x.shape);
}

/** What a perfect model of this kind outputs for the given data and noise: the target of training. */
export function predictionTarget(prediction: Prediction, { data, noise }: DataAndNoise, level: NoiseLevel): Tensor {
  const [ofData, ofNoise] = targetWeights(prediction, level);
  return linear([ofData, data], [ofNoise, noise]);
}

/** The weights of data and noise in that target. */
export function targetWeights(prediction: Prediction, level: NoiseLevel): readonly [data: number, noise: number] {
  return RULES[prediction].target(level);
}
