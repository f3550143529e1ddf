import { linear, type Denoised, type Guidance, type Tensor } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({
  scale: z
    .number()
    .min(0)
    .max(1000)
    .default(7)
    .describe('γ: 0 ignores the condition, 1 is the model as it is, more insists on the condition.'),
});

/**
 * Classifier-free guidance: uncond + γ·(cond − uncond), the course's equation of section 1.6.
 * Ho & Salimans 2022, "Classifier-Free Diffusion Guidance", eq. 6, where 1 + w is our γ.
 *
 * Data and noise are moved alike, so that α·data + σ·noise = x stays true. All branches are one call of the model. A
 * learned variance is that of the conditional branch alone.
 */
export const cfgGuidance: Guidance<z.output<typeof options>> = {
  name: 'cfg',
  summary: 'Classifier-free guidance: away from what the model says without the condition.',
  options,
  sets: 'contrast',
  create: async ({ scale }, { model }) => ({
    denoise(inner) {
      if (scale === 1) return inner;
      return async (queries, at) => {
        const unconditional = queries.map((query) => ({
          ...query,
          conditions: query.conditions.map((condition) => model.unconditional(condition)),
        }));
        const answers = await inner([...unconditional, ...queries], at);
        return queries.map((_, i) => guideAway(scale, answers[i]!, answers[queries.length + i]!));
      };
    },
  }),
};

function guideAway(scale: number, without: Denoised, conditional: Denoised): Denoised {
  const move = (from: Tensor, to: Tensor): Tensor => linear([1 - scale, from], [scale, to]);
  return {
    ...conditional,
    data: move(without.data, conditional.data),
    noise: move(without.noise, conditional.noise),
  };
}
