import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { multistep } from '../integrators/multistep.js';
import { MOMENTS, solverType } from './dpm-variants.js';
import { eta, noiseScale } from './fresh-noise.js';

const options = z.strictObject({ eta: eta(1), noiseScale, solverType });

/**
 * DPM-Solver++(2M) of the reverse SDE, as k-diffusion has it: 'dpmpp-2m' with fresh noise in each step.
 * Lu et al. 2022, "DPM-Solver++", on SDE-DPM-Solver++.
 */
export const dpmpp2mSdeSampler: Sampler<z.output<typeof options>> = {
  name: 'dpmpp-2m-sde',
  summary: 'DPM++ 2M SDE: second order at one model call a step, with fresh noise.',
  options,
  uses: 'data',
  step(x, from, to, state, run) {
    const { eta, noiseScale, solverType } = run.options;
    const rule = { ofTwo: MOMENTS[solverType], ofThree: 'exact' } as const;
    const method = { predicted: 'data', order: 2, memory: 2, rule, eta, noiseScale } as const;
    return multistep(x, from, to, state, run, { sampler: 'dpmpp-2m-sde', ...method });
  },
};
