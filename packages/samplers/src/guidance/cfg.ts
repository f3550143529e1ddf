import type { Guidance } from '@ungrain/core';
import { z } from 'zod';
import { contrast, contrastOptions, stepAway, scaleOption } from './contrast.js';
import { combine } from './estimates.js';
import { rescaled, rescaleOption } from './rescale.js';
import { spaceOption, viewIn } from './space.js';
import { windowed } from './window.js';

const options = windowed(
  z.strictObject({
    scale: scaleOption(7, 'γ: 0 ignores the condition, 1 is the model as it is, more insists on the condition.'),
    ...contrastOptions,
    rescale: rescaleOption,
    space: spaceOption('model'),
  }),
);

/**
 * Classifier-free guidance: uncond + γ·(cond − uncond), the course's equation of section 1.6; with `base: conditional`
 * cond + w·(cond − uncond), where γ = 1 + w.
 * Ho & Salimans 2022, "Classifier-Free Diffusion Guidance", eq. 6.
 *
 * Data and noise are moved alike, so that α·data + σ·noise = x stays true, whatever the model predicts. All branches are
 * one call of the model. A learned variance is that of the conditional branch alone.
 */
export const cfgGuidance: Guidance<z.output<typeof options>> = {
  name: 'cfg',
  summary: 'Classifier-free guidance: away from what the model says without the condition.',
  options,
  sets: 'contrast',
  async create({ scale, rescale, space, ...options }, context) {
    const away = stepAway(scale, options.base);
    if (away === 0) return {};
    const view = viewIn(space, context.model);
    return {
      denoise: await contrast(context, options, ({ conditional, unconditional, query }) => {
        const guided = combine(conditional, [-away, unconditional], [1 + away, conditional]);
        return rescaled(guided, conditional, rescale, query.level, view);
      }),
    };
  },
};
