import type { Denoiser, StepPoint } from './denoiser.js';
import type { Energy } from './energy.js';
import type { Conditioning, Model } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import type { NoiseSource } from './random/noise-source.js';
import type { Move } from './sampler.js';
import type { Schema } from './schema.js';
import type { State } from './state.js';
import type { Tensor } from './tensor.js';
import type { ViewTransform } from './view.js';

/** Where a run begins, which a guidance may change: SDEdit replaces x and drops the first moves. */
export interface RunStart {
  /** √(α² + σ²)·noise at level `from`: pure noise, in the scale that data of unit variance would have there. */
  readonly x: Tensor;
  /** The standard normal noise that x was made of. Use it rather than drawing more: then a seed stays a seed. */
  readonly noise: Tensor;
  readonly from: NoiseLevel;
  readonly moves: readonly Move[];
}

/** What a guidance may ask of the run that it is created for. */
export interface RunContext {
  readonly model: Model;
  /** Encodes another condition for the model (a view's prompt, a negative prompt). */
  condition(raw: unknown): Promise<Conditioning>;
  /**
   * The denoiser of another model, of a weaker one to be guided away from, say. It may be asked at the run's levels,
   * whatever its own schedule.
   * @param model its name; the run's own model if `null`
   * @param weights see `ModelEntry.create`
   * @throws UngrainError `other-model` if it makes samples of another shape or range
   */
  denoiser(model: string | null, weights?: string): Promise<Denoiser>;
  /** An energy that a plugin brings. @param options checked by its own schema */
  energy(name: string, options: unknown): Promise<Energy>;
  /**
   * An image or mask that the run refers to by `assetOption`: [1, channels, height, width] with the size it has, from 0
   * (black) to 1 (white) whatever the model's range.
   */
  asset(ref: string): Promise<Tensor>;
  /** A view of the run's samples: see `createView`. */
  view(text: string): ViewTransform;
}

/** A guidance within one run. It may act in three places; whatever it does not have it leaves alone. */
export interface GuidanceRun {
  /** Where the run begins. Called once, in list order. Not called when a saved run goes on. */
  begin?(start: RunStart): RunStart;
  /** What the model is understood to predict. Called once; the first of a list wraps the ones after it. */
  denoise?(inner: Denoiser): Denoiser;
  /** What the state must satisfy at level `at.to`. Called after each step, in list order. */
  constrain?(x: Tensor, at: StepPoint, noise: NoiseSource): Tensor | Promise<Tensor>;
  /** What it remembers from step to step, for runs that are saved. */
  save?(): State;
  restore?(state: State): void;
}

/** Changes what a run means without touching model or sampler. */
export interface Guidance<O = unknown> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  readonly options: Schema<O>;
  /** `outermost` refuses to be wrapped by others that are not: thresholding inside CFG would clip each branch. */
  readonly place?: 'outermost';
  /**
   * What it decides, so that lists that cannot mean what they say are refused:
   * - `start`: where the run begins. Only one guidance of a list may.
   * - `contrast`: how far to go from what the model says without the condition. Only one may: two would multiply.
   * - `condition`: which conditions the model is asked for. Inside a contrast it would undo the branch without one.
   */
  readonly sets?: 'start' | 'contrast' | 'condition';
  /** `noise`: what sets it apart is the noise that it answers, so that a sampler must not use the data alone. */
  readonly needs?: 'noise';
  create(options: O, context: RunContext): Promise<GuidanceRun>;
}

/** A guidance of a list, with its checked options. */
export interface ConfiguredGuidance {
  readonly guidance: Guidance;
  readonly options: unknown;
}

/** The denoiser that a list of guidances makes of a model's: the first wraps the ones after it. */
export function guide(denoiser: Denoiser, guidances: readonly GuidanceRun[]): Denoiser {
  return guidances.reduceRight((inner, guidance) => guidance.denoise?.(inner) ?? inner, denoiser);
}
