import type { Sampler, StepContext } from '@ungrain/core';
import { z } from 'zod';
import { dpmStep } from '../integrators/dpm-step.js';
import { ancestralSplit } from './ancestral-split.js';
import { eta, firstDraw, noiseScale } from './fresh-noise.js';

const options = z.strictObject({
  finish: z
    .enum(['2-1', '1', '2'])
    .default('2-1')
    .describe('The order of the last steps, all others being of order 3: 2 and then 1, or the last alone.'),
  eta: eta(0),
  noiseScale,
});
type Options = z.output<typeof options>;

/**
 * DPM-Solver-fast: steps of order 3 with lower ones at the end, which suits levels that are uniform in λ. n steps make
 * 3n − 3 model calls with `finish` 2-1, 3n − 2 with 1, 3n − 1 with 2: what its authors divide a number of calls into.
 * Lu et al. 2022, "DPM-Solver", appendix on DPM-Solver-fast; with η as k-diffusion adds ancestral noise.
 */
export const dpmFastSampler: Sampler<Options> = {
  name: 'dpm-fast',
  summary: 'DPM-Solver-fast: third order, three model calls a step, for very few steps.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { eta, noiseScale } = run.options;
    const { sigma, alpha } = run.moves.at(-1)!.to;
    const { down, up } = ancestralSplit(from, to, eta, sigma / alpha);
    const first = await run.denoise(x, from);
    const fresh = up > 0 ? [[up * noiseScale, firstDraw(run, x.shape)] as const] : [];
    const { x: next, data } = await dpmStep(x, from, down, orderOf(run), first, run, ...fresh);
    return { x: next, data, state: null };
  },
};

function orderOf({ moves, index, options: { finish } }: StepContext<Options>): number {
  const left = moves.length - index;
  if (finish === '2-1') return Math.min(3, left);
  return left === 1 ? Number(finish) : 3;
}
