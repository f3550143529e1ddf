import { linear, type Denoised, type NoiseLevel, type Tensor } from '@ungrain/core';
import { ADAMS_BASHFORTH } from './multistep.js';

/** What is carried from level to level as if it were a slope: the noise, or v = α·noise − σ·data. */
export type Carried = 'noise' | 'v';

export const carriedOf = (carried: Carried, { data, noise }: Denoised, { alpha, sigma }: NoiseLevel): Tensor =>
  carried === 'noise' ? noise : linear([alpha, noise], [-sigma, data]);

/**
 * Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds", eq. 9: the step of DDIM with Σ w·slope for
 * the noise, x' = (α'/α)·x + (σ' − σ·α'/α)·Σ w·slope. Where v is carried its noise is (α·v + σ·x)/(α² + σ²).
 *
 * From pure noise, which determines no data, noise can be carried no further: there it is DDIM's own step.
 *
 * @param estimate what the model says of x; near pure noise α·data + σ·noise has more digits than x itself
 */
export function transfer(
  carried: Carried,
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  slopes: readonly (readonly [weight: number, slope: Tensor])[],
  { data, noise }: Denoised,
): Tensor {
  const across = from.alpha * to.sigma - from.sigma * to.alpha;
  const weighted = (by: number) => slopes.map(([weight, slope]) => [by * weight, slope] as const);
  if (carried === 'v') {
    const norm = from.alpha ** 2 + from.sigma ** 2;
    const along = from.alpha * to.alpha + from.sigma * to.sigma;
    return linear([along / norm, x], ...weighted(across / norm));
  }
  if (from.alpha === 0) return linear([to.alpha, data], [to.sigma, noise]);
  const kept = (to.alpha / from.alpha) * from.sigma;
  return linear([to.alpha, data], [kept, noise], ...weighted(to.sigma - kept));
}

/** The slopes of the last levels, the newest first, with the weights of the highest order that they allow. */
export function byOrder(slopes: readonly Tensor[]): readonly (readonly [weight: number, slope: Tensor])[] {
  const weights = ADAMS_BASHFORTH[slopes.length - 1]!;
  return slopes.map((slope, i) => [weights[i]!, slope] as const);
}

/** A slope before those of the steps before, as many as the highest order uses. */
export const latest = (slope: Tensor, before: readonly Tensor[]): readonly Tensor[] =>
  [slope, ...before].slice(0, ADAMS_BASHFORTH.length);
