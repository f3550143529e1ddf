import type { Denoiser, StepPoint } from './denoiser.js';
import { UngrainError } from './errors.js';
import type { Conditioning, Model } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import type { NoiseSource } from './random/noise-source.js';
import type { Move } from './sampler.js';
import type { Schema } from './schema.js';
import type { State } from './state.js';
import type { Tensor } from './tensor.js';

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
  /** The denoiser of another model: of a weaker one to be guided away from, say. */
  denoiser(model: string): Promise<Denoiser>;
  /**
   * An image or mask that the run refers to by `assetOption`: [1, channels, height, width] with the size it has, from 0
   * (black) to 1 (white) whatever the model's range.
   */
  asset(ref: string): Promise<Tensor>;
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
  create(options: O, context: RunContext): Promise<GuidanceRun>;
}

/** A guidance of a list, with its checked options. */
export interface ConfiguredGuidance {
  readonly guidance: Guidance;
  readonly options: unknown;
}

/**
 * Refuses lists in which a guidance that must be outermost comes after one that need not.
 * @throws UngrainError `guidance-order`
 */
export function checkGuidanceOrder(guidances: readonly Guidance[]): void {
  const wrapper = guidances.findIndex(({ place }) => place !== 'outermost');
  const wrapped = guidances.findIndex(({ place }, i) => i > wrapper && place === 'outermost');
  if (wrapper < 0 || wrapped < 0) return;
  throw new UngrainError(
    'guidance-order',
    `Guidance '${guidances[wrapped]!.name}' must see the final estimate, but comes after '${guidances[wrapper]!.name}', ` +
      `which would wrap it; list it first.`,
  );
}

/** The denoiser that a list of guidances makes of a model's: the first wraps the ones after it. */
export function guide(denoiser: Denoiser, guidances: readonly GuidanceRun[]): Denoiser {
  return guidances.reduceRight((inner, guidance) => guidance.denoise?.(inner) ?? inner, denoiser);
}
