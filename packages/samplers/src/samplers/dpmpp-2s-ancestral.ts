import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { exponentialStep, EXACT } from '../integrators/exponential.js';
import { halfLogSnr, levelAt } from '../integrators/half-log-snr.js';
import { ancestralSplit } from './ancestral-split.js';
import { eta, firstDraw, noiseScale } from './fresh-noise.js';
import { holdEstimate } from './hold-estimate.js';

const options = z.strictObject({ eta: eta(1), noiseScale });

/**
 * DPM-Solver++(2S) with ancestral noise, as k-diffusion has it: the midpoint method in λ to a level that is cleaner than
 * the next, and fresh noise up to that. Lu et al. 2022, "DPM-Solver++", algorithm 1 with r = 1/2.
 */
export const dpmpp2sAncestralSampler: Sampler<z.output<typeof options>> = {
  name: 'dpmpp-2s-ancestral',
  summary: 'DPM++ 2S ancestral: second order with fresh noise, two model calls a step.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { eta, noiseScale } = run.options;
    const first = await run.denoise(x, from);
    const { down, up } = ancestralSplit(from, to, eta);
    const fresh = up > 0 ? [[up * noiseScale, firstDraw(run, x.shape)] as const] : [];

    const middle = (halfLogSnr(from) + halfLogSnr(down)) / 2;
    if (!Number.isFinite(middle))
      return { x: holdEstimate(x, from, down, first, ...fresh), data: first.data, state: null };
    const level = levelAt(run.schedule, middle);
    const halfway = exponentialStep('data', x, from, level, [{ level: from, value: first.data }]);
    const { data } = await run.denoise(halfway, level);
    return { x: exponentialStep('data', x, from, down, [{ level, value: data }], EXACT, ...fresh), data, state: null };
  },
};
