import { linear, type Denoised, type NoiseLevel, type StepContext, type Tensor } from '@ungrain/core';
import { firstDraw } from './fresh-noise.js';

/**
 * Euler's step, x' = α'·data + σ'·noise, with the noise that x and the data imply: what every solver here falls back to
 * where the log-SNR is infinite, at clean data and at pure noise.
 *
 * @param more added to the result: fresh noise, say
 */
export function holdEstimate(
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  { data, noise }: Denoised,
  ...more: readonly (readonly [weight: number, x: Tensor])[]
): Tensor {
  if (to.sigma === 0) return linear([to.alpha, data], ...more);
  if (from.sigma === 0) return linear([to.alpha, data], [to.sigma, noise], ...more);
  const kept = to.sigma / from.sigma;
  return linear([kept, x], [to.alpha - kept * from.alpha, data], ...more);
}

/** How much of a step's noise is fresh: see `equationOf`. */
interface Freshness {
  readonly eta: number;
  readonly noiseScale: number;
}

/** The same for ODE and SDE: down an infinite step of the SDE none of the old noise is left, for any η above 0. */
export function holdThrough(
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  estimate: Denoised,
  { eta, noiseScale }: Freshness,
  run: StepContext<unknown>,
): Tensor {
  const down = from.alpha * to.sigma < from.sigma * to.alpha;
  if (eta === 0 || to.sigma === 0 || !down) return holdEstimate(x, from, to, estimate);
  return holdEstimate(x, from, { ...to, sigma: 0 }, estimate, [to.sigma * noiseScale, firstDraw(run, x.shape)]);
}
