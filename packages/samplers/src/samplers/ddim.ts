import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({
  eta: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("The share of DDPM's noise that each step adds: 0 is deterministic, 1 is DDPM."),
});

/**
 * Song et al. 2021, "Denoising Diffusion Implicit Models", eq. 12, for any (α, σ):
 *
 *   x' = α'·data + √(σ'² − s²)·noise + s·fresh noise,   s = η·σ'·√(1 − SNR/SNR')
 *
 * s at η = 1 is the deviation of DDPM's posterior (eq. 16). At η = 0 it also solves upwards, towards noise (inversion).
 * It takes data and noise as the estimate has them: guidance that clips the data leaves the noise alone.
 */
export const ddimSampler: Sampler<z.output<typeof options>> = {
  name: 'ddim',
  summary: 'Deterministic and quick; can add noise back in part.',
  options,
  uses: 'both',
  async step(x, from, to, _state, run) {
    const { data, noise } = await run.denoise(x, from);
    // √(SNR/SNR') as a fraction; a step upwards, where it is above 1, adds no noise.
    const [less, more] = [from.alpha * to.sigma, from.sigma * to.alpha];
    const share = less < more ? run.options.eta ** 2 * (1 - (less / more) ** 2) : 0; // s²/σ'²
    const fresh = to.sigma * Math.sqrt(share);
    const kept = to.sigma * Math.sqrt(1 - share);
    if (fresh === 0) return { x: linear([to.alpha, data], [to.sigma, noise]), data, state: null };
    const drawn = run.noise.normal({ slot: 'sampler', step: run.index, draw: 0 }, x.shape);
    return { x: linear([to.alpha, data], [kept, noise], [fresh, drawn]), data, state: null };
  },
};
