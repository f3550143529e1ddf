import { parseOptions, type Schema } from '@ungrain/core';
import { z } from 'zod';
import type { Kwargs, SchedulerCall } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';

const SCHEDULES = {
  linear: 'linear',
  scaled_linear: 'scaled-linear',
  sigmoid: 'sigmoid',
  squaredcos_cap_v2: 'cosine',
} as const;

const betaSchema = z.looseObject({
  num_train_timesteps: z.int().min(1).default(1000),
  beta_schedule: z.enum(['linear', 'scaled_linear', 'sigmoid', 'squaredcos_cap_v2']).default('linear'),
  beta_start: z.number().default(1e-4),
  beta_end: z.number().default(0.02),
  trained_betas: z.null().optional(),
  rescale_betas_zero_snr: z.boolean().default(false),
  steps_offset: z.int().min(0).default(0),
});

/** What a scheduler's config says about β, with the defaults of diffusers. */
export type BetaConfig = z.output<typeof betaSchema>;

/** The β of Stable Diffusion, which some classes have for a default. */
export const STABLE_DIFFUSION = { beta_start: 0.00085, beta_end: 0.012 } as const;

/** Checks what this package reads of a config or of arguments; what it does not know is left alone. */
export const readKwargs = <T>(schema: Schema<T>, kwargs: Kwargs, { scheduler }: SchedulerCall): T =>
  parseOptions(schema, kwargs, `diffusers' ${scheduler}`);

/** @param defaults what this class sets where it differs from the others */
export const betaConfig = (call: SchedulerCall, defaults: Kwargs = {}): BetaConfig =>
  readKwargs(betaSchema, { ...defaults, ...call.config }, call);

/** @param zeroSnr what the class makes of `rescale_betas_zero_snr` */
export function namedSchedule(config: BetaConfig, zeroSnr: 'zero' | 'nearly-zero' = 'zero'): Named {
  const range = { start: config.beta_start, end: config.beta_end };
  return {
    name: SCHEDULES[config.beta_schedule],
    options: {
      trainedSteps: config.num_train_timesteps,
      ...(config.beta_schedule !== 'squaredcos_cap_v2' && range),
      ...(config.rescale_betas_zero_snr && { terminalSnr: zeroSnr }),
    },
  };
}

const argumentsSchema = z.looseObject({
  num_inference_steps: z.int().min(1).nullish(),
  timesteps: z.array(z.number()).min(1).nullish(),
  sigmas: z.array(z.number()).min(1).nullish(),
  mu: z.number().nullish(),
});

/** The arguments of `set_timesteps` that all classes share. */
export const setTimestepsOf = (call: SchedulerCall): z.output<typeof argumentsSchema> =>
  readKwargs(argumentsSchema, call.setTimesteps, call);

const stepsSchema = z.looseObject({ num_inference_steps: z.int().min(1) });

/** The number of steps, where no list of times says it. */
export const stepsOf = (call: SchedulerCall): number =>
  readKwargs(stepsSchema, call.setTimesteps, call).num_inference_steps;

/** Theirs counts `linspace` from the cleanest time: a single step starts there, and not at the noisiest. */
export const onlyTime = (call: SchedulerCall, spacing: string): readonly number[] | null =>
  spacing === 'linspace' && stepsOf(call) === 1 ? [0] : null;
