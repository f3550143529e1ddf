import type { Guidance } from '@ungrain/core';
import { z } from 'zod';
import { contrast, contrastOptions } from './contrast.js';
import { combine } from './estimates.js';
import { windowed } from './window.js';

const { negative, start, stop } = contrastOptions;

const options = windowed(
  z.strictObject({
    scale: z.number().min(0).max(1).default(0.6).describe('λ: 0 ignores the condition, 1 is the conditional data.'),
    negative,
    start,
    stop,
  }),
);

/**
 * CFG++: the data is guided, uncond + λ·(cond − uncond) with a λ between 0 and 1, and a step puts back the noise of the
 * estimate without the condition. So the path stays near what the model knows, and can be inverted.
 * Chung et al. 2025, "CFG++: Manifold-constrained Classifier Free Guidance for Diffusion Models", algorithm 2.
 *
 * Data and noise no longer make up x, which is the point of it: samplers that take the data alone are refused.
 */
export const cfgPlusPlusGuidance: Guidance<z.output<typeof options>> = {
  name: 'cfg++',
  summary: 'Guides the data gently, and renoises with the unconditional noise.',
  options,
  sets: 'contrast',
  needs: 'noise',
  create: async ({ scale, ...options }, context) => ({
    denoise: await contrast(context, options, ({ conditional, unconditional }) => {
      const { data } = combine(conditional, [1 - scale, unconditional], [scale, conditional]);
      return { ...conditional, data, noise: unconditional.noise };
    }),
  }),
};
