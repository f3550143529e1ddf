/**
 * How much of a state is data and how much is noise: x = alpha·data + sigma·noise, noise ~ N(0, I).
 *
 * `alpha` and `sigma` are ≥ 0 and not both 0. They are all that a sampler needs. `time` is what the model is told, in
 * the units of its schedule (a trained step 0 … 999, or a flow's 0 … 1); it stays a number of its own, since some
 * algorithms feed a model the time of one level with a state of another (DDIM inversion).
 */
export interface NoiseLevel {
  readonly time: number;
  readonly alpha: number;
  readonly sigma: number;
}

/**
 * The logarithm of the signal-to-noise ratio, log(α²/σ²): −∞ for pure noise, +∞ for clean data.
 *
 * Kingma et al., "Variational Diffusion Models" (2021), eq. 3. DPM-Solver's λ is half of it.
 */
export function logSnr({ alpha, sigma }: NoiseLevel): number {
  return 2 * (Math.log(alpha) - Math.log(sigma));
}

/**
 * The variance of the noise that takes a state from level `less` to the noisier level `more`:
 * x_more = (α_more / α_less)·x_less + √variance·noise. With the α and β of DDPM it is β = 1 − ᾱ_t/ᾱ_t'.
 *
 * Kingma et al. (2021), section 3.2: σ²_{t|s} = σ_t² − (α_t/α_s)²·σ_s².
 * Never below 0, whatever the rounding; infinite if `less` is pure noise and `more` is not.
 */
export function addedVariance(less: NoiseLevel, more: NoiseLevel): number {
  // From pure noise to pure noise nothing of the old state has to stay: α_t/α_s is taken as 0.
  const kept = more.alpha === 0 ? 0 : more.alpha / less.alpha;
  return Math.max(0, more.sigma ** 2 - (kept * less.sigma) ** 2);
}
