import { UngrainError } from '@ungrain/core';
import { ADAMS_SAMPLERS } from './adams-samplers.js';
import { CLASSIC_SAMPLERS } from './classic-samplers.js';
import { DPM_SAMPLERS } from './dpm-samplers.js';
import type { SamplerChoice, TranslateSampler } from './sampler-choice.js';

/** By the class of the scheduler. */
const SAMPLERS: Readonly<Record<string, TranslateSampler>> = {
  ...ADAMS_SAMPLERS,
  ...CLASSIC_SAMPLERS,
  ...DPM_SAMPLERS,
};

/**
 * The sampler and the guidance that do what `step` of a scheduler does.
 * @param config the scheduler's, as in `scheduler_config.json`
 * @param stepArguments those of each call of `step`, `eta` say
 * @throws UngrainError `unknown-scheduler`
 */
export function samplerOf(
  scheduler: string,
  config: Readonly<Record<string, unknown>>,
  stepArguments: Readonly<Record<string, unknown>> = {},
): SamplerChoice {
  const translate = SAMPLERS[scheduler];
  if (translate) return translate({ ...config, ...stepArguments });
  throw new UngrainError('unknown-scheduler', `The scheduler '${scheduler}' of diffusers is not known here.`);
}
