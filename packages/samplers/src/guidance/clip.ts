import { map, type Denoised, type Guidance } from '@ungrain/core';
import { z } from 'zod';
import { impliedNoise } from '../samplers/implied-noise.js';

const options = z.strictObject({
  range: z
    .number()
    .gt(0)
    .optional()
    .describe("The data is kept between minus this and this; within the model's own range if left out."),
  noise: z
    .enum(['kept', 'implied'])
    .default('kept')
    .describe(
      "What is taken for noise: the model's own, or what is left of the state when the clipped data is taken out.",
    ),
});

/**
 * Keeps the estimate of the data within its range, as Ho et al. 2020, "Denoising Diffusion Probabilistic Models", do in
 * their code (`clip_denoised`). Samplers that go by the data alone make their own noise of it; for those that use both,
 * `noise` says which it is.
 */
export const clipGuidance: Guidance<z.output<typeof options>> = {
  name: 'clip',
  summary: "Keeps the estimate of the data within the model's range, or another.",
  options,
  place: 'outermost',
  async create({ range, noise }, { model }) {
    const [low, high] = range === undefined ? model.range : [-range, range];
    return {
      denoise: (inner) => async (queries, at) => {
        const answers = await inner(queries, at);
        return answers.map((answer, i) => {
          const clipped: Denoised = { ...answer, data: map(answer.data, (x) => Math.min(high, Math.max(low, x))) };
          const { x, level } = queries[i]!;
          return noise === 'kept' ? clipped : { ...clipped, noise: impliedNoise(x, level, clipped) };
        });
      },
    };
  },
};
