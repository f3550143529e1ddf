import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { addChurn, churnOptions } from './churn.js';
import { midpointStep, slopeAt } from './dpm2-midpoint.js';

const options = z.strictObject(churnOptions);

/** The midpoint method in log σ/α: see `midpointStep`. With churn it is Karras et al. 2022's, algorithm 2. */
export const dpm2Sampler: Sampler<z.output<typeof options>> = {
  name: 'dpm2',
  summary: 'Second order, two model calls a step, the second half way down in log σ/α.',
  options,
  uses: 'data',
  async step(state, level, to, _state, run) {
    const { x, from } = addChurn(state, level, run);
    const { terms, data } = await midpointStep(await slopeAt(x, from, run), to, run);
    return { x: linear(...terms), data, state: null };
  },
};
