import { linear, type NoiseLevel, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { ancestralSplit, type AncestralSplit } from './ancestral-split.js';
import { eta, firstDraw, noiseScale } from './fresh-noise.js';
import { impliedNoise } from './implied-noise.js';

const options = z.strictObject({
  eta: eta(1),
  noiseScale,
  down: z
    .enum(['variance', 'straight'])
    .default('variance')
    .describe(
      "How far below its end a step goes: by DDPM's variance, or on a flow's straight path, as LTX-Video does.",
    ),
});

/**
 * Euler's step to below the next level, and fresh noise back up to it: k-diffusion's `sample_euler_ancestral`; with
 * `down: 'straight'` ComfyUI's `sample_euler_ancestral_RF`. With η = 1 it draws from the posterior of Ho et al. 2020,
 * "Denoising Diffusion Probabilistic Models", as 'ddpm' does.
 */
export const eulerAncestralSampler: Sampler<z.output<typeof options>> = {
  name: 'euler-ancestral',
  summary: 'Euler with fresh noise in every step; does not settle with more steps.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { eta, noiseScale, down: kind } = run.options;
    const estimate = await run.denoise(x, from);
    const { down, up } = kind === 'variance' ? ancestralSplit(from, to, eta) : straightSplit(from, to, eta);
    const kept = [
      [to.alpha, estimate.data],
      [down.sigma, impliedNoise(x, from, estimate)],
    ] as const;
    if (up === 0) return { x: linear(...kept), data: estimate.data, state: null };
    const fresh = firstDraw(run, x.shape);
    return { x: linear(...kept, [up * noiseScale, fresh]), data: estimate.data, state: null };
  },
};

/** With u = σ/(α + σ), which is a flow's σ: down to u'·(1 − η·(1 − u'/u)), less the more a step removes. */
function straightSplit(from: NoiseLevel, to: NoiseLevel, eta: number): AncestralSplit {
  const [u, next] = [from, to].map(({ alpha, sigma }) => sigma / (alpha + sigma)) as [number, number];
  if (next >= u) return { down: to, up: 0 };
  const down = next * (1 - eta * (1 - next / u));
  const sigma = (to.alpha * down) / (1 - down);
  return { down: { ...to, sigma }, up: Math.sqrt(Math.max(0, to.sigma ** 2 - sigma ** 2)) };
}
