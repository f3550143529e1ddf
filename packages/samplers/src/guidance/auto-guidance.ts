import { weightsOption, type Guidance } from '@ungrain/core';
import { z } from 'zod';
import { baseOption, scaleOption, stepAway } from './contrast.js';
import { combine } from './estimates.js';
import { rescaled, rescaleOption } from './rescale.js';
import { spaceOption, viewIn } from './space.js';
import { isWithin, windowed, windowOptions } from './window.js';

const options = windowed(
  z.strictObject({
    model: z.string().min(1).optional().describe("A weaker model; the run's own, with other weights, if left out."),
    weights: weightsOption()
      .optional()
      .describe('A file of weights for it: from fewer steps, or of a narrower network.'),
    scale: scaleOption(2, 'w: 0 is the weaker model, 1 the model as it is, more goes on in the same direction.'),
    base: baseOption,
    ...windowOptions,
    rescale: rescaleOption,
    space: spaceOption('model'),
  }),
).refine(({ model, weights }) => model !== undefined || weights !== undefined, {
  error: 'name a weaker model, or weights of fewer steps or a narrower network',
  path: ['model'],
});

/**
 * Autoguidance: away from a worse version of the model, weak + w·(model − weak), which makes the same mistakes more strongly.
 * It needs no branch without the condition, and may be combined with one.
 * Karras et al. 2024, "Guiding a Diffusion Model with a Bad Version of Itself".
 *
 * The weaker model is asked the same questions, in one call of its own, at its own levels of the same signal-to-noise ratio.
 */
export const autoGuidance: Guidance<z.output<typeof options>> = {
  name: 'auto-guidance',
  summary: 'Away from a weaker model: from earlier weights, or a narrower network.',
  options,
  async create({ model, weights, scale, base, rescale, space, ...window }, context) {
    const away = stepAway(scale, base);
    if (away === 0) return {};
    const view = viewIn(space, context.model);
    const weak = await context.denoiser(model ?? null, weights);
    return {
      denoise: (inner) => async (queries, at) => {
        const answers = await inner(queries, at);
        if (!isWithin(window, at)) return answers;
        const weaker = await weak(queries, at);
        return answers.map((answer, i) => {
          const guided = combine(answer, [-away, weaker[i]!], [1 + away, answer]);
          return rescaled(guided, answer, rescale, queries[i]!.level, view);
        });
      },
    };
  },
};
