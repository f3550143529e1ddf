import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { ancestralSplit } from './ancestral-split.js';
import { midpointStep, slopeAt } from './dpm2-midpoint.js';
import { eta, firstDraw, noiseScale } from './fresh-noise.js';

const options = z.strictObject({ eta: eta(1), noiseScale });

/** 'dpm2' to below the next level, and fresh noise back up to it: k-diffusion's `sample_dpm_2_ancestral`. */
export const dpm2AncestralSampler: Sampler<z.output<typeof options>> = {
  name: 'dpm2-ancestral',
  summary: "Like 'dpm2', with fresh noise in every step.",
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { eta, noiseScale } = run.options;
    const { down, up } = ancestralSplit(from, to, eta);
    const { terms, data } = await midpointStep(await slopeAt(x, from, run), down, run);
    if (up === 0) return { x: linear(...terms), data, state: null };
    const fresh = firstDraw(run, x.shape);
    return { x: linear(...terms, [up * noiseScale, fresh]), data, state: null };
  },
};
