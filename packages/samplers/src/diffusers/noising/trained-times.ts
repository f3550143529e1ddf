import { z } from 'zod';
import type { NoisingFamily, SchedulerCall } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';
import { betaConfig, namedSchedule, readKwargs, setTimestepsOf, stepsOf, type BetaConfig } from './config.js';

const schema = z.looseObject({
  timestep_spacing: z.enum(['leading', 'linspace', 'trailing']).default('leading'),
  set_alpha_to_one: z.boolean().optional(),
});

/** Classes whose steps go from one trained time to another. */
export const trainedTimes: NoisingFamily = {
  classes: [
    'DDIMInverseScheduler',
    'DDIMParallelScheduler',
    'DDIMScheduler',
    'DDPMParallelScheduler',
    'DDPMScheduler',
    'PNDMScheduler',
    'RePaintScheduler',
    'UnCLIPScheduler',
  ],
  translate(call) {
    const config = betaConfig(call, OWN_CONFIG[call.scheduler]);
    const upwards = call.scheduler === 'DDIMInverseScheduler';
    const { timesteps } = setTimestepsOf(call);
    const schedule = namedSchedule(config);
    if (timesteps)
      return {
        schedule,
        spacing: { name: 'explicit', options: { times: timesteps } },
        steps: timesteps.length,
        upwards,
      };
    return { schedule, spacing: spacingOf(call, config), steps: stepsOf(call), upwards };
  },
};

/** What a class fixes, or sets for a default, unlike the others. */
const OWN_CONFIG: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  UnCLIPScheduler: { beta_schedule: 'squaredcos_cap_v2', timestep_spacing: 'linspace' },
  PNDMScheduler: { set_alpha_to_one: false },
};

function spacingOf(call: SchedulerCall, { steps_offset: offset }: BetaConfig): Named {
  const own = { ...OWN_CONFIG[call.scheduler], ...call.config };
  const { timestep_spacing: name, set_alpha_to_one: toClean = true } = readKwargs(schema, own, call);
  return {
    name,
    options: { ...(name === 'leading' && offset > 0 && { offset }), ...(!toClean && { end: 'cleanest' }) },
  };
}
