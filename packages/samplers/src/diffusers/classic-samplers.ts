import { z } from 'zod';
import { thresholding, thresholdingSettings } from './thresholding.js';
import { translation, type Named, type SamplerChoice, type TranslateSampler } from './sampler-choice.js';

const clipped = {
  ...thresholdingSettings,
  clip_sample: z.boolean().default(true),
  clip_sample_range: z.number().default(1),
};
const unclipped = { ...clipped, clip_sample: z.boolean().default(false) };

/** The schedulers that count their steps in trained times. */
const counted = { num_train_timesteps: z.int().default(1000), num_inference_steps: z.int().nullish() };

const ddpm = z.object({
  ...clipped,
  variance_type: z
    .enum(['fixed_small', 'fixed_small_log', 'fixed_large', 'fixed_large_log', 'learned', 'learned_range'])
    .default('fixed_small'),
});

const ddim = z.object({
  ...clipped,
  ...counted,
  eta: z.number().default(0),
  use_clipped_model_output: z.boolean().default(false),
});

const pndm = z.object({
  ...counted,
  skip_prk_steps: z.boolean().default(false),
  prediction_type: z.string().default('epsilon'),
});

const churned = z.object({
  prediction_type: z.enum(['epsilon', 'sample', 'original_sample', 'v_prediction']).default('epsilon'),
  s_churn: z.number().default(0),
  s_tmin: z.number().default(0),
  s_tmax: z.union([z.number(), z.literal('inf')]).default('inf'),
  s_noise: z.number().default(1),
});

const ancestral = z.object({ eta: z.number().default(1), s_noise: z.number().default(1) });

const distilled = z.object({ ...unclipped, timestep_scaling: z.number().default(10), eta: z.number().default(0.3) });

const consistency = z.object({
  sigma_min: z.number().default(0.002),
  sigma_data: z.number().default(0.5),
  s_noise: z.number().default(1),
});

/** Those older than DPM-Solver and those of few steps, by class. */
export const CLASSIC_SAMPLERS: Readonly<Record<string, TranslateSampler>> = {
  CMStochasticIterativeScheduler: translation(consistency, ({ sigma_min, sigma_data, s_noise }) => ({
    sampler: {
      name: 'consistency',
      options: { output: 'network', lowest: sigma_min, dataDeviation: sigma_data, noiseScale: s_noise },
    },
  })),
  DDIMInverseScheduler: translation(ddim, (settings) => ({
    sampler: { name: 'ddim', options: { upwards: 'next-time', stride: strideOf(settings) } },
    guidance: clipping(settings),
  })),
  DDIMScheduler: translation(ddim, (settings) => ({
    sampler: { name: 'ddim', options: { eta: settings.eta, stride: strideOf(settings) } },
    guidance: clipping(settings, settings.use_clipped_model_output ? 'implied' : 'kept'),
  })),
  DDPMScheduler: translation(ddpm, ddpmOf),
  EDMEulerScheduler: translation(churned, euler),
  EulerAncestralDiscreteScheduler: translation(ancestral, ({ s_noise }) => ({
    sampler: { name: 'euler-ancestral', options: { noiseScale: s_noise } },
  })),
  EulerDiscreteScheduler: translation(churned, euler),
  FlowMatchEulerDiscreteScheduler: translation(
    z.object({ stochastic_sampling: z.boolean().default(false) }),
    ({ stochastic_sampling }) => ({ sampler: { name: stochastic_sampling ? 'lcm' : 'euler', options: {} } }),
  ),
  FlowMatchHeunDiscreteScheduler: translation(z.object({}), () => ({ sampler: { name: 'heun', options: {} } })),
  FlowMatchLCMScheduler: translation(z.object({}), () => ({ sampler: { name: 'lcm', options: {} } })),
  HeunDiscreteScheduler: translation(z.object(unclipped), (settings) => ({
    sampler: { name: 'heun', options: { space: 'sigma' } },
    guidance: clipping(settings),
  })),
  IPNDMScheduler: translation(z.object({}), () => ({ sampler: { name: 'ipndm', options: {} } })),
  KDPM2AncestralDiscreteScheduler: translation(z.object({}), () => ({
    sampler: { name: 'dpm2-ancestral', options: {} },
  })),
  KDPM2DiscreteScheduler: translation(z.object({}), () => ({ sampler: { name: 'dpm2', options: {} } })),
  LCMScheduler: translation(distilled, (settings) => ({
    sampler: { name: 'lcm', options: { timeScale: settings.timestep_scaling } },
    guidance: clipping(settings),
  })),
  LMSDiscreteScheduler: translation(z.object({ order: z.int().default(4) }), ({ order }) => ({
    sampler: { name: 'lms', options: { order, last: 'slopes' } },
  })),
  LTXEulerAncestralRFScheduler: translation(ancestral, ({ eta, s_noise }) => ({
    sampler: { name: 'euler-ancestral', options: { eta, noiseScale: s_noise, down: 'straight' } },
  })),
  PNDMScheduler: translation(pndm, (settings) => ({
    sampler: {
      name: 'pndm',
      options: {
        start: settings.skip_prk_steps ? 'heun' : 'runge-kutta',
        carries: settings.prediction_type === 'v_prediction' ? 'v' : 'noise',
        stride: strideOf(settings),
      },
    },
  })),
  TCDScheduler: translation(distilled, ({ eta }) => ({ sampler: { name: 'tcd', options: { gamma: eta } } })),
  UnCLIPScheduler: translation(ddpm, ddpmOf),
};

function ddpmOf(settings: z.output<typeof ddpm>): SamplerChoice {
  return {
    sampler: { name: 'ddpm', options: { variance: VARIANCES[settings.variance_type], noisyEnd: true } },
    guidance: clipping(settings),
  };
}

/** Theirs ending in `_log` take the root of the variance by way of its logarithm, and are the same. */
const VARIANCES: Readonly<Record<z.output<typeof ddpm>['variance_type'], 'small' | 'large' | 'model'>> = {
  fixed_small: 'small',
  fixed_small_log: 'small',
  fixed_large: 'large',
  fixed_large_log: 'large',
  learned: 'model',
  learned_range: 'model',
};

function euler({ prediction_type, s_churn, s_tmin, s_tmax, s_noise }: z.output<typeof churned>): SamplerChoice {
  const churn = {
    churn: s_churn,
    churnFrom: s_tmin,
    ...(s_tmax !== 'inf' && { churnTo: s_tmax }),
    churnScale: s_noise,
    churnHolds: HELD[prediction_type],
  };
  return { sampler: { name: 'euler', options: s_churn > 0 ? churn : {} } };
}

/** They churn after the model was called, and then hold what it said. */
const HELD = { epsilon: 'noise', sample: 'data', original_sample: 'data', v_prediction: 'v' } as const;

/** Theirs go down by this many trained times in each step, whatever time comes next. */
function strideOf({ num_train_timesteps, num_inference_steps }: z.output<z.ZodObject<typeof counted>>): number {
  return num_inference_steps ? Math.floor(num_train_timesteps / num_inference_steps) : 0;
}

/** What a scheduler does to the estimate of the data, and to the noise that goes with it. */
function clipping(
  settings: z.output<z.ZodObject<typeof clipped>>,
  noise: 'kept' | 'implied' = 'kept',
): readonly Named[] {
  if (settings.thresholding)
    return thresholding(settings).map(({ name, options }) => ({ name, options: { ...options, noise } }));
  return settings.clip_sample ? [{ name: 'clip', options: { range: settings.clip_sample_range, noise } }] : [];
}
