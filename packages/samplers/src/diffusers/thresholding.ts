import { z } from 'zod';
import type { Named } from './sampler-choice.js';

/** The settings of schedulers that can threshold their estimates. */
export const thresholdingSettings = {
  thresholding: z.boolean().default(false),
  dynamic_thresholding_ratio: z.number().default(0.995),
  sample_max_value: z.number().default(1),
};

/** What they do to the estimate of the data before they step. */
export const thresholding = (settings: z.output<z.ZodObject<typeof thresholdingSettings>>): readonly Named[] =>
  settings.thresholding
    ? [
        {
          name: 'dynamic-threshold',
          options: { ratio: settings.dynamic_thresholding_ratio, ceiling: settings.sample_max_value },
        },
      ]
    : [];
