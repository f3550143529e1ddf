import { linear, type Sampler, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { impliedNoise } from './implied-noise.js';
import { ratioOf } from '../schedules/level-of-ratio.js';
import { adamsBashforth } from './multistep.js';

const options = z.strictObject({
  order: z.int().min(1).max(4).default(4).describe('How many slopes a step is made of.'),
  last: z
    .enum(['data', 'slopes'])
    .default('data')
    .describe('A step to clean data takes the estimate, or goes on by the slopes, as k-diffusion and diffusers do.'),
});

/** The slopes of the last steps and where they were taken, the newest first. */
type History = { readonly ratios: readonly number[]; readonly noises: readonly Tensor[] };

/**
 * The linear multi-step method in y = x/α over s = σ/α: y' = y + Σ noise_j·∫ ℓ_j(s) ds from s to s', with ℓ_j the Lagrange
 * polynomials of the last levels (Adams–Bashforth with steps of any length; Hairer et al. 1993, "Solving Ordinary
 * Differential Equations I", III.5; k-diffusion's `sample_lms`). A run starts with one slope; pure noise has none.
 */
export const lmsSampler: Sampler<z.output<typeof options>> = {
  name: 'lms',
  summary: 'Linear multi-step in σ/α, up to fourth order with one model call a step.',
  options,
  uses: 'data',
  async step(x, from, to, state, run) {
    const { data, ...estimate } = await run.denoise(x, from);
    const noise = impliedNoise(x, from, { data, ...estimate });
    if (from.alpha === 0) return { x: linear([to.alpha, data], [to.sigma, noise]), data, state: null };
    const { order, last } = run.options;
    const before = state as History | null;
    const ratios = [ratioOf(from), ...(before?.ratios ?? [])].slice(0, order);
    const noises = [noise, ...(before?.noises ?? [])].slice(0, order);
    const weights = to.sigma === 0 && last === 'data' ? [to.sigma - ratios[0]!] : adamsBashforth(ratios, ratioOf(to));
    // y = data + s·noise, so that the newest slope has the weight s + w₀.
    const slopes = weights.map(
      (weight, j) => [to.alpha * (j === 0 ? ratios[0]! + weight : weight), noises[j]!] as const,
    );
    return { x: linear([to.alpha, data], ...slopes), data, state: { ratios, noises } };
  },
};
