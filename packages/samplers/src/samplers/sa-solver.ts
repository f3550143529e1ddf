import type { NoiseLevel, Sampler, Schedule } from '@ungrain/core';
import { z } from 'zod';
import { EXACT } from '../integrators/exponential.js';
import { readHistory } from '../integrators/history.js';
import { multistep } from '../integrators/multistep.js';
import { noiseScale } from './fresh-noise.js';

const order = z.int().min(1).max(4).default(2);
const part = z.number().min(0).max(1);

const options = z.strictObject({
  predictorOrder: order.describe('How many estimates the predictor interpolates.'),
  correctorOrder: order.describe('How many the corrector interpolates, the newest among them.'),
  predicted: z.enum(['data', 'noise']).default('data').describe('What is interpolated.'),
  tau: z.number().min(0).max(2).default(1).describe('Fresh noise: 0 solves the ODE, 1 the reverse SDE.'),
  tauFrom: part
    .default(0.2)
    .describe("Where τ begins to apply, as a part of the schedule's times: 0 is the cleanest, 1 the noisiest."),
  tauTo: part.default(0.8).describe('Where τ ceases to apply, as a part of the times. Elsewhere τ is 0.'),
  noiseScale,
  lowerOrderFinal: z
    .boolean()
    .default(true)
    .describe('The orders fall to 1 towards the end of the run, by one a step.'),
});
type Options = z.output<typeof options>;

/**
 * Stochastic Adams: predictor and corrector for reverse SDEs with any amount τ(t) of noise, by exact integrals of the
 * interpolated estimates. Xue et al. 2023, "SA-Solver", algorithm 1. Where two estimates of the data are interpolated it
 * drops the exponential from the integral, as its authors' code does.
 */
export const saSolverSampler: Sampler<Options> = {
  name: 'sa-solver',
  summary: 'Stochastic predictor and corrector with noise in the middle of the run; one model call a step.',
  options,
  uses: 'data',
  step(x, from, to, state, run) {
    const { predictorOrder, correctorOrder, predicted, lowerOrderFinal, noiseScale } = run.options;
    const orderAt = (order: number, left: number): number => (lowerOrderFinal ? Math.min(order, left) : order);
    const left = run.moves.length - run.index;
    const before = readHistory(state, 'sa-solver').estimates[0];
    return multistep(x, from, to, state, run, {
      sampler: 'sa-solver',
      predicted,
      order: orderAt(predictorOrder, left),
      memory: Math.max(predictorOrder, correctorOrder - 1),
      rule: predicted === 'data' ? { ofTwo: 'plain', ofThree: 'exact' } : EXACT,
      eta: tauAt(from, run.schedule, run.options) ** 2,
      noiseScale,
      corrector: before && {
        order: orderAt(correctorOrder, left + 2),
        eta: tauAt(before.level, run.schedule, run.options) ** 2,
      },
    });
  },
};

function tauAt({ time }: NoiseLevel, { noisiest, cleanest }: Schedule, { tau, tauFrom, tauTo }: Options): number {
  const part = (time - cleanest) / (noisiest - cleanest);
  return part >= tauFrom && part <= tauTo ? tau : 0;
}
