import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { looksAtEnd, rungeKuttaStep, slopeOf, stageLevels } from '../integrators/runge-kutta.js';
import { FIXED_TABLEAUS } from '../integrators/tableau.js';
import { holdEstimate } from './hold-estimate.js';

const options = z.strictObject({
  method: z
    .enum(Object.keys(FIXED_TABLEAUS) as [keyof typeof FIXED_TABLEAUS])
    .default('rk4')
    .describe('midpoint, heun2 (order and model calls 2), heun3 (3), rk4 (4), or rk4-38, its 3/8 rule.'),
  lastStep: z
    .enum(['euler', 'method'])
    .default('euler')
    .describe("A step to clean data by a method that looks there: Euler's, or the method's own, as in torchdiffeq."),
});

/**
 * The classical Runge–Kutta methods, one step of the method to each step of the run, on the straight path of flow
 * matching. Where data is clean its noise cannot be seen any more, and no model knows the slope for sure; methods that
 * would look there take Euler's step, as long as `lastStep` does not say otherwise and the schedule has that level.
 */
export const rungeKuttaSampler: Sampler<z.output<typeof options>> = {
  name: 'runge-kutta',
  summary: 'Midpoint, Heun and RK4 for ODEs, order 2 to 4, with as many model calls a step.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const tableau = FIXED_TABLEAUS[run.options.method];
    const first = await run.denoise(x, from);
    const mayLook = to.sigma > 0 || (run.options.lastStep === 'method' && to.time === run.schedule.cleanest);
    if (!mayLook && looksAtEnd(tableau)) return { x: holdEstimate(x, from, to, first), data: first.data, state: null };
    const levels = stageLevels(tableau, from, to, run.schedule);
    const known = { slope: slopeOf(x, from, first), data: first.data };
    const { x: next, data } = await rungeKuttaStep(tableau, x, to, levels, known, run);
    return { x: next, data, state: null };
  },
};
