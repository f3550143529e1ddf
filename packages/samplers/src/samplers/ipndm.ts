import type { Sampler, Tensor } from '@ungrain/core';
import { z } from 'zod';
import { byOrder, carriedOf, latest, transfer } from './pseudo-numerical.js';

const options = z.strictObject({});

/**
 * 'pndm' without a start of its own (Zhang & Chen 2023, "Fast Sampling of Diffusion Models with Exponential Integrator",
 * name it iPNDM): the first steps use the one, two and three slopes that there are, so that each step is one call.
 */
export const ipndmSampler: Sampler<z.output<typeof options>> = {
  name: 'ipndm',
  summary: "Like 'pndm', with one model call a step from the first on.",
  options,
  uses: 'both',
  async step(x, from, to, state, run) {
    const estimate = await run.denoise(x, from);
    const slopes = latest(carriedOf('noise', estimate, from), (state ?? []) as readonly Tensor[]);
    return { x: transfer('noise', x, from, to, byOrder(slopes), estimate), data: estimate.data, state: slopes };
  },
};
