import { z } from 'zod';
import type { SchedulerCall } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';
import { readKwargs } from './config.js';

const schema = z.looseObject({
  use_karras_sigmas: z.boolean().nullish(),
  use_exponential_sigmas: z.boolean().nullish(),
  use_beta_sigmas: z.boolean().nullish(),
  use_lu_lambdas: z.boolean().nullish(),
  sigma_min: z.number().nullish(),
  sigma_max: z.number().nullish(),
});

/** Our spacings by diffusers' switches, and how they round times where they do. */
const CURVES = {
  use_karras_sigmas: { name: 'karras', rounded: 'nearest' },
  use_exponential_sigmas: { name: 'exponential', rounded: 'floor' },
  use_beta_sigmas: { name: 'beta', rounded: 'floor' },
  use_lu_lambdas: { name: 'exponential', rounded: 'nearest' },
} as const;

/**
 * The spacing that a config's `use_…` chooses between two σ, if it does. `sigma_min` and `sigma_max` of the config, which
 * some classes have, come first.
 * @param rounded the scheduler tells the model whole times: the nearest, or cut off
 */
export function curveOf(
  call: SchedulerCall,
  between: { readonly sigmaMax: number; readonly sigmaMin: number },
  rounded: boolean,
): Named | null {
  const config = readKwargs(schema, call.config, call);
  const chosen = (Object.keys(CURVES) as (keyof typeof CURVES)[]).find((key) => config[key]);
  if (!chosen) return null;
  const options = {
    sigmaMax: config.sigma_max ?? between.sigmaMax,
    sigmaMin: config.sigma_min ?? between.sigmaMin,
    ...(rounded && { times: CURVES[chosen].rounded }),
  };
  return { name: CURVES[chosen].name, options };
}
