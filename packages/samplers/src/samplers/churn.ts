import { linear, type NoiseLevel, type StepContext, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { firstDraw } from './fresh-noise.js';

/** The options of samplers that may add noise before they step. */
export const churnOptions = {
  churn: z
    .number()
    .min(0)
    .max(1000)
    .default(0)
    .describe('How much noise all steps together add before they remove it; 0 is deterministic.'),
  churnFrom: z.number().min(0).default(0).describe('The lowest σ/α at which noise is added.'),
  churnTo: z.number().min(0).optional().describe('The highest σ/α at which noise is added; without it at any.'),
  churnScale: z.number().min(0).max(2).default(1).describe('What the added noise is multiplied by.'),
};

export type ChurnOptions = z.output<z.ZodObject<typeof churnOptions>>;

/**
 * How far Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", algorithm 2, go up
 * before a step: ŝ = s·(1 + min(churn/steps, √2 − 1)) in s = σ/α; `null` where a step adds nothing.
 */
export function churnLevel(
  from: NoiseLevel,
  { options, moves, schedule }: StepContext<ChurnOptions>,
): NoiseLevel | null {
  const { churn, churnFrom, churnTo = Infinity } = options;
  const ratio = ratioOf(from);
  if (churn === 0 || !(ratio > 0 && ratio < Infinity && ratio >= churnFrom && ratio <= churnTo)) return null;
  return levelOfRatio(schedule, ratio * (1 + Math.min(churn / moves.length, Math.SQRT2 - 1)));
}

/** The deviation of the noise that takes x/α from one level to a noisier one. */
export const churnDeviation = (from: NoiseLevel, to: NoiseLevel, { churnScale }: ChurnOptions): number =>
  churnScale * Math.sqrt(ratioOf(to) ** 2 - ratioOf(from) ** 2);

/** The state and the level that a step begins with: noise has been added, or all is as it was. */
export function addChurn(
  x: Tensor,
  from: NoiseLevel,
  run: StepContext<ChurnOptions>,
): { readonly x: Tensor; readonly from: NoiseLevel } {
  const raised = churnLevel(from, run);
  if (!raised) return { x, from };
  const deviation = churnDeviation(from, raised, run.options);
  return {
    x: linear([raised.alpha / from.alpha, x], [raised.alpha * deviation, firstDraw(run, x.shape)]),
    from: raised,
  };
}
