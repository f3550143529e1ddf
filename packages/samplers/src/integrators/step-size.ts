import type { Tensor } from '@ungrain/core';
import type { EmbeddedTableau } from './tableau.js';

/** Tolerances of a step's error, relative and absolute. */
export interface Tolerances {
  readonly rtol: number;
  readonly atol: number;
}

/**
 * The root mean square of Σ wᵢ·kᵢ, measured by atol + rtol·max(|y|, |y'|).
 * @param after as large as y, at another norm; left out, y alone is taken
 */
export function weightedNorm(
  weights: readonly number[],
  slopes: readonly Tensor[],
  { rtol, atol }: Tolerances,
  before: { readonly x: Tensor; readonly norm: number },
  after = before,
): number {
  const terms = weights.flatMap((weight, i) => (weight === 0 ? [] : [[weight, slopes[i]!.data] as const]));
  const size = before.x.data.length;
  let sum = 0;
  for (let i = 0; i < size; i++) {
    let value = 0;
    for (const [weight, slope] of terms) value += weight * slope[i]!;
    const y = Math.max(Math.abs(before.x.data[i]! / before.norm), Math.abs(after.x.data[i]! / after.norm));
    sum += (value / (atol + rtol * y)) ** 2;
  }
  return Math.sqrt(sum / size);
}

const [SAFETY, LEAST, MOST] = [0.9, 0.2, 10];

/**
 * By how much to change the size of a step whose error was `error` tolerances: 0.9·error^{−1/order}, between 0.2 and 10,
 * and not below 1 after a step that was accepted. Hairer, Nørsett & Wanner 1993, section II.4.
 */
export function stepFactor(error: number, { order }: EmbeddedTableau): number {
  if (!Number.isFinite(error)) return LEAST;
  if (error === 0) return MOST;
  return Math.min(MOST, Math.max(error <= 1 ? 1 : LEAST, SAFETY * error ** (-1 / order)));
}

/** The size of a first trial step: one that changes y by 1 % of itself. Hairer, Nørsett & Wanner 1993, section II.4. */
export function trialStep(size: number, slope: number): number {
  return size < 1e-5 || slope < 1e-5 ? 1e-6 : (0.01 * size) / slope;
}

/**
 * The size of the first step, from how much the slope changed over the trial step.
 * @param slope the norm of dy/ds, and `bend` that of its change over the trial step `trial`
 */
export function firstStep(trial: number, slope: number, bend: number, { order }: EmbeddedTableau): number {
  const largest = Math.max(slope, bend / trial);
  const wanted = largest <= 1e-15 ? Math.max(1e-6, trial * 1e-3) : (0.01 / largest) ** (1 / order);
  return Math.min(100 * trial, wanted);
}
