import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { multistep } from '../integrators/multistep.js';
import { MOMENTS, solverType, thirdOrder } from './dpm-variants.js';
import { eta, noiseScale } from './fresh-noise.js';
import { lastSteps, orderOf } from './last-steps.js';

const options = z.strictObject({
  order: z.int().min(1).max(3).default(2).describe('How many estimates are interpolated: one new, the others earlier.'),
  predicted: z
    .enum(['data', 'noise'])
    .default('data')
    .describe("What is interpolated: 'data' is DPM-Solver++, 'noise' the first DPM-Solver."),
  solverType,
  thirdOrder,
  eta: eta(0),
  noiseScale,
  ...lastSteps,
});

/**
 * DPM-Solver++ and DPM-Solver as multistep methods of order 1 to 3: the linear part of the ODE is solved exactly, and the
 * estimates are interpolated in λ = log(α/σ), one model call a step.
 * Lu et al. 2022, "DPM-Solver++", algorithm 2, and its SDE variants in appendix; Lu et al. 2022, "DPM-Solver".
 */
export const dpmSolverSampler: Sampler<z.output<typeof options>> = {
  name: 'dpm-solver',
  summary: 'DPM-Solver++ and DPM-Solver, multistep, order 1 to 3, ODE or SDE; one model call a step.',
  options,
  uses: 'data',
  step(x, from, to, state, run) {
    const { order, predicted, solverType, thirdOrder, eta, noiseScale } = run.options;
    return multistep(x, from, to, state, run, {
      sampler: 'dpm-solver',
      predicted,
      order: orderOf(run, run.options),
      memory: order,
      rule: { ofTwo: MOMENTS[solverType], ofThree: thirdOrder },
      eta,
      noiseScale,
    });
  },
};
