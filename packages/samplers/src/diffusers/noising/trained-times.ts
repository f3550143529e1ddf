import { z } from 'zod';
import type { NoisingFamily } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';
import { betaConfig, namedSchedule, onlyTime, readKwargs, setTimestepsOf, stepsOf, type BetaConfig } from './config.js';

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
    const schedule = namedSchedule(config);
    const own = readKwargs(schema, { ...OWN_CONFIG[call.scheduler], ...call.config }, call);
    const times = setTimestepsOf(call).timesteps ?? onlyTime(call, own.timestep_spacing);
    if (times) return { schedule, spacing: { name: 'explicit', options: { times } }, steps: times.length, upwards };
    return { schedule, spacing: spacingOf(own, config), steps: stepsOf(call), upwards };
  },
};

/** What a class fixes, or sets for a default, unlike the others. */
const OWN_CONFIG: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  UnCLIPScheduler: { beta_schedule: 'squaredcos_cap_v2', timestep_spacing: 'linspace' },
  PNDMScheduler: { set_alpha_to_one: false },
};

function spacingOf(own: z.output<typeof schema>, { steps_offset: offset }: BetaConfig): Named {
  const { timestep_spacing: name, set_alpha_to_one: toClean = true } = own;
  return {
    name,
    options: { ...(name === 'leading' && offset > 0 && { offset }), ...(!toClean && { end: 'cleanest' }) },
  };
}
