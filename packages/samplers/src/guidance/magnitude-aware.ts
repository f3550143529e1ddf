import type { Guidance } from '@ungrain/core';
import { z } from 'zod';
import { contrast, contrastOptions, scaleOption, stepAway } from './contrast.js';
import { rescaled, rescaleOption } from './rescale.js';
import { linearByRow, norms } from './rows.js';
import { spaceOption, viewIn } from './space.js';
import { windowed } from './window.js';

const options = windowed(
  z.strictObject({
    scale: scaleOption(10, "γ as in 'cfg', where the two predictions nearly agree."),
    damping: z.number().min(0).max(1000).default(8).describe('How fast the scale falls with their distance; 0 is CFG.'),
    ...contrastOptions,
    rescale: rescaleOption,
    space: spaceOption('model'),
  }),
);

/**
 * Magnitude-aware guidance: where cond − uncond is large against uncond, which is mostly at the start, the scale is damped
 * by e^(−damping·‖cond − uncond‖/‖uncond‖), for each sample.
 * "Magnitude-Aware Mitigation for Boosted Guidance" (MAMBO-G), 2025, arXiv 2508.03442. It measures what the model predicts.
 */
export const magnitudeAwareGuidance: Guidance<z.output<typeof options>> = {
  name: 'magnitude-aware',
  summary: 'Classifier-free guidance that is weaker where the two estimates are far apart.',
  options,
  sets: 'contrast',
  async create({ scale, damping, rescale, space, ...options }, context) {
    const away = stepAway(scale, options.base);
    if (away === 0) return {};
    const view = viewIn(space, context.model);
    return {
      denoise: await contrast(context, options, ({ conditional, unconditional, query: { level } }) => {
        const [cond, uncond] = [view.read(conditional, level), view.read(unconditional, level)];
        const distances = norms(linearByRow('sample', [1, cond], [-1, uncond]));
        const lengths = norms(uncond);
        const damped = distances.map((distance, row) =>
          distance === 0 ? 0 : away * Math.exp((-damping * distance) / lengths[row]!),
        );
        // With base 'conditional' γ itself is damped, else γ − 1: in both forms from uncond, as published.
        const start = options.base === 'conditional' ? cond : uncond;
        const toCond = options.base === 'conditional' ? damped : damped.map((weight) => 1 + weight);
        const guided = linearByRow('sample', [1, start], [toCond, cond], [toCond.map((weight) => -weight), uncond]);
        return rescaled(view.write(conditional, level, guided), conditional, rescale, level, view);
      }),
    };
  },
};
