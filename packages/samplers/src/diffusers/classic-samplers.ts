import { z } from 'zod';
import { translation, type Named, type TranslateSampler } from './sampler-choice.js';

const clipped = { clip_sample: z.boolean().default(true), clip_sample_range: z.number().default(1) };

const ddpm = z.object({
  ...clipped,
  variance_type: z
    .enum(['fixed_small', 'fixed_small_log', 'fixed_large', 'fixed_large_log', 'learned', 'learned_range'])
    .default('fixed_small'),
});

const ddim = z.object({
  ...clipped,
  eta: z.number().default(0),
  use_clipped_model_output: z.boolean().default(false),
});

/** Those older than DPM-Solver and those of few steps, by class. */
export const CLASSIC_SAMPLERS: Readonly<Record<string, TranslateSampler>> = {
  DDPMScheduler: translation(ddpm, (settings) => ({
    sampler: { name: 'ddpm', options: { variance: VARIANCES[settings.variance_type] } },
    guidance: clipping(settings),
  })),
  DDIMScheduler: translation(ddim, (settings) => ({
    sampler: { name: 'ddim', options: { eta: settings.eta } },
    guidance: clipping(settings, settings.use_clipped_model_output ? 'implied' : 'kept'),
  })),
};

/** Theirs ending in `_log` take the root of the variance by way of its logarithm, and are the same. */
const VARIANCES: Readonly<Record<z.output<typeof ddpm>['variance_type'], 'small' | 'large' | 'model'>> = {
  fixed_small: 'small',
  fixed_small_log: 'small',
  fixed_large: 'large',
  fixed_large_log: 'large',
  learned: 'model',
  learned_range: 'model',
};

/** What a scheduler does to the estimate of the data, and to the noise that goes with it. */
function clipping(
  { clip_sample, clip_sample_range }: { readonly clip_sample: boolean; readonly clip_sample_range: number },
  noise: 'kept' | 'implied' = 'kept',
): readonly Named[] {
  return clip_sample ? [{ name: 'clip', options: { range: clip_sample_range, noise } }] : [];
}
