import { addedVariance, UngrainError, type NoiseLevel } from '@ungrain/core';

/** The Gaussian q(x' | x, data) of the level x' before x, as weights of its mean, and what bounds its variance. */
export interface Posterior {
  readonly data: number;
  readonly x: number;
  /** β̃: its variance if the data is known. */
  readonly variance: number;
  /** β: the variance that the forward process adds between the levels, an upper bound for any data. */
  readonly added: number;
}

/**
 * The step back from `from` to the less noisy `to`, for any (α, σ). With β = σ² − (α/α')²·σ'²:
 *
 *   mean = α'·β/σ²·data + (α/α')·σ'²/σ²·x,   β̃ = β·σ'²/σ²
 *
 * Kingma et al. 2021, "Variational Diffusion Models", eq. 25 to 28. Where α² + σ² = 1 it is DDPM's (Ho et al. 2020, eq. 7)
 * and the course's equation of section 1.4.
 *
 * @throws UngrainError `level-not-cleaner` if the step does not go towards the data
 */
export function posterior(from: NoiseLevel, to: NoiseLevel, sampler: string): Posterior {
  if (!(to.sigma * from.alpha < from.sigma * to.alpha))
    throw new UngrainError(
      'level-not-cleaner',
      `Sampler '${sampler}' only removes noise and cannot go from time ${from.time} to time ${to.time}; 'ddim' and ` +
        `'euler' can.`,
    );
  const added = addedVariance(to, from); // β
  const stays = (to.sigma / from.sigma) ** 2; // σ'²/σ²
  return {
    data: (to.alpha * added) / from.sigma ** 2,
    x: (from.alpha / to.alpha) * stays,
    variance: added * stays,
    added,
  };
}
