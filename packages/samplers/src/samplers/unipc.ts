import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { multistep } from '../integrators/multistep.js';

const options = z.strictObject({
  order: z.int().min(1).max(6).default(2).describe("The p of UniPC-p. The corrector's order is one more."),
  predicted: z.enum(['data', 'noise']).default('data').describe('What is interpolated.'),
  solverType: z
    .enum(['bh1', 'bh2'])
    .default('bh2')
    .describe('B(h) of the paper: h, for few steps without guidance, or e^h − 1, for steps with it.'),
  lowerOrderFinal: z
    .boolean()
    .default(true)
    .describe('The order falls to 1 towards the end of the run, by one a step.'),
  disableCorrector: z
    .array(z.int().min(0))
    .max(10_000)
    .default([])
    .describe('Steps, counted from 0, that are not corrected: the first ones, where guidance is strong.'),
});

/**
 * A predictor of order p and a corrector of order p + 1 that costs no model call of its own: the estimate at the end of a
 * step serves to take that step again before the next.
 * Zhao et al. 2023, "UniPC", algorithms 1 and 2. Solving its linear system for the weights is interpolating by a
 * polynomial; B(h) drops out of it but where only two estimates are interpolated, of which the paper takes half
 * (appendix on implementation).
 */
export const unipcSampler: Sampler<z.output<typeof options>> = {
  name: 'unipc',
  summary: 'Predictor and corrector, deterministic, order 1 to 6; one model call a step, best with few.',
  options,
  uses: 'data',
  step(x, from, to, state, run) {
    const { order, predicted, solverType, lowerOrderFinal, disableCorrector } = run.options;
    const orderAt = (left: number): number => (lowerOrderFinal ? Math.min(order, left) : order);
    const left = run.moves.length - run.index;
    return multistep(x, from, to, state, run, {
      sampler: 'unipc',
      predicted,
      order: orderAt(left),
      memory: order,
      rule: { ofTwo: solverType === 'bh1' ? 'plain' : 'midpoint', ofThree: 'exact' },
      eta: 0,
      noiseScale: 0,
      corrector: disableCorrector.includes(run.index - 1) ? undefined : { order: orderAt(left + 1) + 1, eta: 0 },
    });
  },
};
