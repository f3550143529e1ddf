import type { Denoised } from './denoiser.js';
import type { Variance } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import type { NoiseSource } from './random/noise-source.js';
import type { Schedule } from './schedule.js';
import type { Schema } from './schema.js';
import type { State } from './state.js';
import type { Tensor } from './tensor.js';

/**
 * One leg of a run. `solve` is the sampler's (mostly downwards in noise; inversion solves upwards), `renoise` is core's:
 * it goes up by adding noise (RePaint).
 */
export type Move = { readonly do: 'solve' | 'renoise'; readonly to: NoiseLevel };

/** What a step may use. */
export interface StepContext<O> {
  readonly options: O;
  readonly schedule: Schedule;
  /** What the model says about its variance; see `Denoised.variance`. */
  readonly variance: Variance;
  /** All moves of the run, for samplers that look ahead, and the index of this one. */
  readonly moves: readonly Move[];
  readonly index: number;
  /** A sampler asks for `{ slot: 'sampler', step: index, draw: 0 }` and counts its further draws of the step. */
  readonly noise: NoiseSource;
  /** The guided estimate for the run's samples at any level: one call of the model. */
  denoise(x: Tensor, level: NoiseLevel): Promise<Denoised>;
}

export interface StepResult {
  readonly x: Tensor;
  /** The estimate of the clean image that the step was based on, for previews. */
  readonly data: Tensor;
  /** What the next step is handed; `null` if it needs nothing. */
  readonly state: State;
  /** Adaptive solvers: how far the step came. It is called again until that is `to` itself, the same object. */
  readonly reached?: NoiseLevel;
}

/**
 * Takes a state from one noise level to the next. A pure function of its arguments: what it remembers goes through
 * `state`, and randomness comes from `run.noise`. Core owns the loop, so that previews, abort, save and resume are
 * written once. Knowing only {data, noise} and levels, it serves diffusion and flow models alike.
 */
export interface Sampler<O = unknown> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  readonly options: Schema<O>;
  /** What it takes from an estimate. It matters where guidance makes the two disagree. */
  readonly uses: 'data' | 'noise' | 'both';
  /** Does it make use of a variance that a model learned? Others leave it out. */
  readonly usesVariance?: boolean;
  /** Does it choose its steps by what all samples of a run need together? A sample then depends on those beside it. */
  readonly sharesSteps?: boolean;
  /** @param state what the step before returned, `null` at the first */
  step(x: Tensor, from: NoiseLevel, to: NoiseLevel, state: State, run: StepContext<O>): Promise<StepResult>;
}
