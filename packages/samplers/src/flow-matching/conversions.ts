import type { NoiseLevel } from '@ungrain/core';

/** What a model may predict of x = α·data + σ·noise on a path: either of the two, or dx/dt = α'·data + σ'·noise. */
export type PathPrediction = 'data' | 'noise' | 'velocity';

type Rate = { readonly alpha: number; readonly sigma: number };

/**
 * How one prediction becomes another at a level of a schedule: wanted = x·(first factor) + given·(second factor).
 * Lipman et al. 2024, "Flow Matching Guide and Code", table 1. A factor is infinite or NaN where x does not tell the
 * wanted one: no noise at σ = 0, no data at α = 0.
 *
 * @param rate the schedule's `rate` at the time of the level
 */
export function conversion(
  given: PathPrediction,
  wanted: PathPrediction,
  level: NoiseLevel,
  rate: Rate,
): readonly [x: number, given: number] {
  // Each is x-and-given in, so: data and noise by the given one, then the wanted one of them.
  const [data, noise] = dataAndNoise(given, level, rate);
  if (wanted === 'data') return data;
  if (wanted === 'noise') return noise;
  return [rate.alpha * data[0] + rate.sigma * noise[0], rate.alpha * data[1] + rate.sigma * noise[1]];
}

type Factors = readonly [x: number, given: number];

function dataAndNoise(given: PathPrediction, { alpha, sigma }: NoiseLevel, rate: Rate): readonly [Factors, Factors] {
  const itself: Factors = [0, 1];
  if (given === 'data') return [itself, [1 / sigma, -alpha / sigma]];
  if (given === 'noise') return [[1 / alpha, -sigma / alpha], itself];
  const determinant = alpha * rate.sigma - sigma * rate.alpha;
  return [
    [rate.sigma / determinant, -sigma / determinant],
    [-rate.alpha / determinant, alpha / determinant],
  ];
}
