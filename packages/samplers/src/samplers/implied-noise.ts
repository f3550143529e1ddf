import { linear, type Denoised, type NoiseLevel, type Tensor } from '@ungrain/core';

/**
 * The noise that x must hold if its data is as estimated: (x − α·data) / σ, the slope of a sampling ODE in σ/α
 * (Karras et al. 2022, eq. 3). It is the estimate's own noise unless guidance has made the two disagree. Clean data
 * (σ = 0, where an inversion begins) implies none: there it is the estimate's own.
 */
export function impliedNoise(x: Tensor, { alpha, sigma }: NoiseLevel, { data, noise }: Denoised): Tensor {
  return sigma > 0 ? linear([1 / sigma, x], [-alpha / sigma, data]) : noise;
}
