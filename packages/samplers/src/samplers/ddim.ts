import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { firstDraw } from './fresh-noise.js';
import { levelBelow, stride } from './stride.js';

const options = z.strictObject({
  eta: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe("The share of DDPM's noise that each step adds: 0 is deterministic, 1 is DDPM."),
  upwards: z
    .enum(['own-time', 'next-time'])
    .default('own-time')
    .describe(
      'Which time the model is told in a step towards noise: that of the state, or that of the level it goes to.',
    ),
  stride,
});

/**
 * Song et al. 2021, "Denoising Diffusion Implicit Models", eq. 12, for any (α, σ):
 *
 *   x' = α'·data + √(σ'² − s²)·noise + s·fresh noise,   s = η·σ'·√(1 − SNR/SNR')
 *
 * s at η = 1 is the deviation of DDPM's posterior (eq. 16). It takes data and noise as the estimate has them: guidance
 * that clips the data leaves the noise alone.
 *
 * At η = 0 it also solves upwards, towards noise (inversion). What it takes for the noise of a step up should be that of
 * the step down which would undo it; told the upper time, the model comes nearer to that (`next-time`, diffusers'
 * DDIMInverseScheduler; Mokady et al. 2023, "Null-text Inversion", section 3.1).
 */
export const ddimSampler: Sampler<z.output<typeof options>> = {
  name: 'ddim',
  summary: 'Deterministic and quick; can add noise back in part; can go up to noise (inversion).',
  options,
  uses: 'both',
  async step(x, level, next, _state, run) {
    const { eta, upwards, stride } = run.options;
    const down = next.sigma * level.alpha < level.sigma * next.alpha;
    const from = down ? level : levelBelow(next, stride, run.schedule, level);
    const to = down ? levelBelow(level, stride, run.schedule, stride > 0 ? run.moves.at(-1)!.to : next) : next;
    const told = down || upwards === 'own-time' ? from : { ...from, time: next.time };
    const { data, noise } = await run.denoise(x, told);
    // √(SNR/SNR') as a fraction; a step upwards, where it is above 1, adds no noise.
    const [less, more] = [from.alpha * to.sigma, from.sigma * to.alpha];
    const share = less < more ? eta ** 2 * (1 - (less / more) ** 2) : 0; // s²/σ'²
    const fresh = to.sigma * Math.sqrt(share);
    const kept = to.sigma * Math.sqrt(1 - share);
    if (fresh === 0) return { x: linear([to.alpha, data], [to.sigma, noise]), data, state: null };
    const drawn = firstDraw(run, x.shape);
    return { x: linear([to.alpha, data], [kept, noise], [fresh, drawn]), data, state: null };
  },
};
