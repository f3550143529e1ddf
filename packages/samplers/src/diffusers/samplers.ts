import { suggestion, UngrainError } from '@ungrain/core';
import { ADAMS_SAMPLERS } from './adams-samplers.js';
import { CLASSIC_SAMPLERS } from './classic-samplers.js';
import { DPM_SAMPLERS } from './dpm-samplers.js';
import type { Kwargs, SchedulerCall } from './noising-choice.js';
import type { SamplerChoice, TranslateSampler } from './sampler-choice.js';

/** By the class of the scheduler. */
const SAMPLERS: Readonly<Record<string, TranslateSampler>> = {
  ...ADAMS_SAMPLERS,
  ...CLASSIC_SAMPLERS,
  ...DPM_SAMPLERS,
};

/**
 * The sampler and the guidance that do what `step` of a scheduler does.
 * @param stepArguments those of each call of `step`, `eta` say
 * @throws UngrainError `unknown-scheduler`
 */
export function samplerOf(
  { scheduler, config, setTimesteps }: SchedulerCall,
  stepArguments: Kwargs = {},
): SamplerChoice {
  const translate = SAMPLERS[scheduler];
  if (translate) return translate({ ...config, ...setTimesteps, ...stepArguments });
  throw new UngrainError(
    'unknown-scheduler',
    `What the scheduler '${scheduler}' of diffusers does in a step is not known here` +
      suggestion(scheduler, Object.keys(SAMPLERS)),
  );
}
