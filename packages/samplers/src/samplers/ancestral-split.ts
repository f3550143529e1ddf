import type { NoiseLevel } from '@ungrain/core';

/** A step in two: down the ODE to a cleaner level than its own, then up again by fresh noise. */
export interface AncestralSplit {
  /** Its α is that of the step's end. */
  readonly down: NoiseLevel;
  /** The standard deviation of the noise to add. */
  readonly up: number;
}

/**
 * How an ancestral step divides its noise: with η = 1 the fresh part is that of DDPM's posterior,
 *
 *   up = η·σ'·√(1 − SNR/SNR'),   down = √(σ'² − up²)
 *
 * Song et al. 2021, "Denoising Diffusion Implicit Models", eq. 16, as k-diffusion applies it to x/α. A step upwards adds
 * none.
 *
 * @param lowest σ/α that `down` may not fall below
 */
export function ancestralSplit(from: NoiseLevel, to: NoiseLevel, eta: number, lowest = 0): AncestralSplit {
  const [less, more] = [from.alpha * to.sigma, from.sigma * to.alpha]; // √(SNR/SNR') as a fraction
  const share = less < more ? eta * Math.sqrt(1 - (less / more) ** 2) : 0; // up/σ'
  const sigma = Math.max(to.sigma * Math.sqrt(1 - share ** 2), Math.min(to.sigma, lowest * to.alpha));
  return { down: { ...to, sigma }, up: Math.sqrt(to.sigma ** 2 - sigma ** 2) };
}
