import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { EXACT } from '../integrators/exponential.js';
import { multistep } from '../integrators/multistep.js';
import { lastSteps, orderOf } from './last-steps.js';

const options = z.strictObject({
  order: z.int().min(1).max(4).default(2).describe('How many estimates are interpolated: one new, the others earlier.'),
  lowerOrderFinal: lastSteps.lowerOrderFinal,
});

/**
 * DEIS in the variable log ρ, ρ = σ/α: the noise is interpolated by a polynomial in log ρ, which is −λ, and integrated
 * over ρ exactly, x'/α' = x/α + ∫ noise dρ. With dρ = −e^{−λ}·dλ that is the Adams–Bashforth method of DPM-Solver's ODE.
 * Zhang & Chen 2023, "Fast Sampling of Diffusion Models with Exponential Integrator", section 3 (ρAB and its logarithm).
 */
export const deisSampler: Sampler<z.output<typeof options>> = {
  name: 'deis',
  summary: 'Interpolates the noise, deterministic, order 1 to 4; one model call a step.',
  options,
  uses: 'data',
  step(x, from, to, state, run) {
    const { order, lowerOrderFinal } = run.options;
    return multistep(x, from, to, state, run, {
      sampler: 'deis',
      predicted: 'noise',
      order: orderOf(run, { order, lowerOrderFinal, eulerAtFinal: false }),
      memory: order,
      rule: EXACT,
      eta: 0,
      noiseScale: 0,
    });
  },
};
