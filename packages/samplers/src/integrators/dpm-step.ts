import type { Denoised, NoiseLevel, StepContext, Tensor } from '@ungrain/core';
import { holdEstimate } from '../samplers/hold-estimate.js';
import { impliedNoise } from '../samplers/implied-noise.js';
import { EXACT, exponentialStep, type Estimate } from './exponential.js';
import { halfLogSnr, levelAt } from './half-log-snr.js';

/** A step of DPM-Solver. */
export interface DpmStep {
  readonly x: Tensor;
  /** The same step by the method of one order less, without noise, for a measure of the error. */
  readonly lower: () => Tensor;
  /** The last estimate of the data. */
  readonly data: Tensor;
}

/** Where in a step of an order the further estimates are made. */
const PARTS: Readonly<Record<number, readonly number[]>> = { 1: [], 2: [1 / 2], 3: [1 / 3, 2 / 3] };

const MIDPOINT = { ofTwo: 'midpoint', ofThree: 'exact' } as const;

/**
 * DPM-Solver-1, -2 or -3: one step of the ODE by `order` estimates of the noise, at 1/2 of the step in λ, or at 1/3 and
 * 2/3. Where the log-SNR is infinite it is of order 1. The lower orders are those of DPM-Solver-12 and -23, which need no
 * further estimate.
 * Lu et al. 2022, "DPM-Solver", algorithms 1 and 2, and the appendix on DPM-Solver-12 and -23.
 *
 * @param first the estimate at `from`
 * @param more added to the result: fresh noise, say
 */
export async function dpmStep(
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  order: number,
  first: Denoised,
  run: Pick<StepContext<unknown>, 'schedule' | 'denoise'>,
  ...more: readonly (readonly [weight: number, x: Tensor])[]
): Promise<DpmStep> {
  const [start, end] = [halfLogSnr(from), halfLogSnr(to)];
  const on = (part: number) => levelAt(run.schedule, start + part * (end - start));
  const [near, far] = Number.isFinite(end - start) ? PARTS[order]!.map(on) : [];
  const atStart: Estimate = { level: from, value: impliedNoise(x, from, first) };
  const ofOrder1 = (...added: typeof more) => holdEstimate(x, from, to, first, ...added);
  if (!near) return { x: ofOrder1(...more), lower: ofOrder1, data: first.data };

  const estimateAt = async (level: NoiseLevel, known: readonly Estimate[]): Promise<Estimate & { data: Tensor }> => {
    const state = exponentialStep('noise', x, from, level, known);
    const estimate = await run.denoise(state, level);
    return { level, value: impliedNoise(state, level, estimate), data: estimate.data };
  };
  const second = await estimateAt(near, [atStart]);
  const ofOrder2 = (...added: typeof more) =>
    exponentialStep('noise', x, from, to, [atStart, second], MIDPOINT, ...added);
  if (!far) return { x: ofOrder2(...more), lower: ofOrder1, data: second.data };

  const third = await estimateAt(far, [atStart, second]);
  const ofOrder3 = exponentialStep('noise', x, from, to, [atStart, third], EXACT, ...more);
  return { x: ofOrder3, lower: ofOrder2, data: third.data };
}
