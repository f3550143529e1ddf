import type { Guidance, Query } from '@ungrain/core';
import { z } from 'zod';
import { contrast, scaleOption } from './contrast.js';
import { combine } from './estimates.js';

const ratio = (byDefault: number, help: string) => z.number().min(0).max(1e6).default(byDefault).describe(help);

const options = z
  .strictObject({
    scale: scaleOption(7, 'γ inside the interval; outside, the model is left as it is.'),
    low: ratio(0.2, 'Guides above this ratio of noise to data, σ/α; below, details are left alone.'),
    high: ratio(5, 'Guides up to this ratio of noise to data; above, the choice of the whole is left alone.'),
  })
  .refine(({ low, high }) => low <= high, { error: 'it is below low', path: ['high'] });

/**
 * Classifier-free guidance in an interval of noise levels only: harmful early, needless late, and half as dear.
 * Kynkäänniemi et al. 2024, "Applying Guidance in a Limited Interval Improves Sample and Distribution Quality in Diffusion
 * Models". Their σ is the ratio σ/α, which diffusion and flow models both have; `start` and `stop` of the other
 * guidances count steps.
 */
export const limitedIntervalGuidance: Guidance<z.output<typeof options>> = {
  name: 'limited-interval',
  summary: 'Classifier-free guidance at middle noise levels only.',
  options,
  sets: 'contrast',
  async create({ scale, low, high }, context) {
    const acts = ({ level: { alpha, sigma } }: Query): boolean => sigma > low * alpha && sigma <= high * alpha;
    return {
      denoise: await contrast(
        context,
        { start: 0, stop: 1 },
        ({ conditional, unconditional }) => combine(conditional, [1 - scale, unconditional], [scale, conditional]),
        acts,
      ),
    };
  },
};
