import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { multistep } from '../integrators/multistep.js';
import { thirdOrder } from './dpm-variants.js';
import { eta, noiseScale } from './fresh-noise.js';

const options = z.strictObject({ eta: eta(1), noiseScale, thirdOrder });

/**
 * DPM-Solver++ of order 3 for the reverse SDE, known from k-diffusion: three estimates are interpolated, with exact
 * integrals from the second step on.
 */
export const dpmpp3mSdeSampler: Sampler<z.output<typeof options>> = {
  name: 'dpmpp-3m-sde',
  summary: 'DPM++ 3M SDE: third order at one model call a step, with fresh noise.',
  options,
  uses: 'data',
  step(x, from, to, state, run) {
    const { eta, noiseScale, thirdOrder } = run.options;
    const rule = { ofTwo: 'exact', ofThree: thirdOrder } as const;
    const method = { predicted: 'data', order: 3, memory: 3, rule, eta, noiseScale } as const;
    return multistep(x, from, to, state, run, { sampler: 'dpmpp-3m-sde', ...method });
  },
};
