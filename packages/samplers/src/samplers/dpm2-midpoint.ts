import { linear, type Denoised, type NoiseLevel, type StepContext, type Tensor } from '@ungrain/core';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { impliedNoise } from './implied-noise.js';

/** A state, what the model says of it, and the slope of y = x/α over σ/α there, which is the noise that they imply. */
export interface Slope {
  readonly x: Tensor;
  readonly from: NoiseLevel;
  readonly estimate: Denoised;
  readonly noise: Tensor;
}

export async function slopeAt<O>(x: Tensor, from: NoiseLevel, run: StepContext<O>): Promise<Slope> {
  const estimate = await run.denoise(x, from);
  return { x, from, estimate, noise: impliedNoise(x, from, estimate) };
}

/**
 * The way down as terms of `linear`, by the midpoint method in y = x/α over s = σ/α with the middle of log s, √(s·s'):
 * y' = y + (s' − s)·noise there. Lu et al. 2022, "DPM-Solver", algorithm 1 has the same middle; k-diffusion's
 * `sample_dpm_2`. Where there is no middle, from pure noise or to clean data, it is Euler's step.
 */
export async function midpointStep<O>(
  { x, from, estimate, noise }: Slope,
  to: NoiseLevel,
  run: StepContext<O>,
): Promise<{ readonly terms: readonly (readonly [weight: number, x: Tensor])[]; readonly data: Tensor }> {
  const middle = Math.sqrt(ratioOf(from) * ratioOf(to));
  if (!(middle > 0 && middle < Infinity))
    return {
      terms: [
        [to.alpha, estimate.data],
        [to.sigma, noise],
      ],
      data: estimate.data,
    };
  const level = levelOfRatio(run.schedule, middle);
  const second = await slopeAt(linear([level.alpha, estimate.data], [level.sigma, noise]), level, run);
  const kept = to.alpha / from.alpha;
  return {
    terms: [
      [kept, x],
      [to.sigma - kept * from.sigma, second.noise],
    ],
    data: second.estimate.data,
  };
}
