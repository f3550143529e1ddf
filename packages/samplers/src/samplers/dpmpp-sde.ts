import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { EXACT, equationOf, estimateWeights, exponentialStep } from '../integrators/exponential.js';
import { halfLogSnr, levelAt } from '../integrators/half-log-snr.js';
import { ancestralSplit } from './ancestral-split.js';
import { eta, noiseScale } from './fresh-noise.js';
import { holdEstimate } from './hold-estimate.js';

const options = z.strictObject({
  eta: eta(1),
  noiseScale,
  r: z.number().min(0.1).max(1).default(0.5).describe('Where in the step, measured in λ, the second estimate is made.'),
});

/**
 * DPM-Solver++ for the reverse SDE with two estimates a step, as k-diffusion has it: both the step to the middle and the
 * whole one are ancestral, and the whole one takes the data as (1 − 1/2r)·data₀ + 1/2r·data_r.
 * Lu et al. 2022, "DPM-Solver++", algorithm 1.
 */
export const dpmppSdeSampler: Sampler<z.output<typeof options>> = {
  name: 'dpmpp-sde',
  summary: 'DPM++ SDE: fresh noise twice a step, two model calls a step.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { eta, noiseScale, r } = run.options;
    const first = await run.denoise(x, from);
    const fresh = (up: number, draw: number) =>
      up > 0 ? [[up * noiseScale, run.noise.normal({ slot: 'sampler', step: run.index, draw }, x.shape)] as const] : [];

    const lambda = (1 - r) * halfLogSnr(from) + r * halfLogSnr(to);
    const whole = ancestralSplit(from, to, eta);
    if (!Number.isFinite(lambda)) {
      const held = holdEstimate(x, from, whole.down, first, ...fresh(whole.up, 0));
      return { x: held, data: first.data, state: null };
    }
    const level = levelAt(run.schedule, lambda);
    const part = ancestralSplit(from, level, eta);
    const firstEstimate = { level: from, value: first.data };
    const middle = exponentialStep('data', x, from, part.down, [firstEstimate], EXACT, ...fresh(part.up, 0));
    const second = await run.denoise(middle, level);

    const equation = equationOf('data', from, whole.down, 0);
    const [weight] = estimateWeights(equation, [from], from) as [number];
    const share = 1 / (2 * r);
    const estimates = [
      [weight * (1 - share), first.data],
      [weight * share, second.data],
    ] as const;
    return { x: linear([equation.keep, x], ...estimates, ...fresh(whole.up, 1)), data: second.data, state: null };
  },
};
