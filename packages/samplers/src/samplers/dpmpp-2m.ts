import type { Sampler } from '@ungrain/core';
import { z } from 'zod';
import { multistep } from '../integrators/multistep.js';
import { MOMENTS, solverType } from './dpm-variants.js';

const options = z.strictObject({ solverType });

/**
 * DPM-Solver++(2M), as it is known from k-diffusion: 'dpm-solver' of order 2 on the data, to the end of the run.
 * Lu et al. 2022, "DPM-Solver++", algorithm 2.
 */
export const dpmpp2mSampler: Sampler<z.output<typeof options>> = {
  name: 'dpmpp-2m',
  summary: 'DPM++ 2M: second order at one model call a step, deterministic.',
  options,
  uses: 'data',
  step: (x, from, to, state, run) =>
    multistep(x, from, to, state, run, {
      sampler: 'dpmpp-2m',
      predicted: 'data',
      order: 2,
      memory: 2,
      rule: { ofTwo: MOMENTS[run.options.solverType], ofThree: 'exact' },
      eta: 0,
      noiseScale: 0,
    }),
};
