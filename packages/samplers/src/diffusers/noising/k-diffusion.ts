import type { NoiseLevel } from '@ungrain/core';
import { z } from 'zod';
import { ratioOf } from '../../schedules/level-of-ratio.js';
import { levelsOf } from '../levels.js';
import type { NoisingChoice, NoisingFamily, SchedulerCall } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';
import {
  betaConfig,
  namedSchedule,
  onlyTime,
  readKwargs,
  setTimestepsOf,
  STABLE_DIFFUSION,
  stepsOf,
} from './config.js';
import { curveOf } from './sigmas.js';

const schema = z.looseObject({
  timestep_spacing: z.enum(['leading', 'linspace', 'trailing']).default('linspace'),
  interpolation_type: z.enum(['linear', 'log_linear']).default('linear'),
  timestep_type: z.enum(['discrete', 'continuous']).default('discrete'),
  prediction_type: z.string().default('epsilon'),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).default('zero'),
});

/** Classes after k-diffusion, whose steps go from one σ/α to another; the times they tell the model may be fractions. */
export const kDiffusion: NoisingFamily = {
  classes: [
    'DPMSolverSDEScheduler',
    'EulerAncestralDiscreteScheduler',
    'EulerDiscreteScheduler',
    'HeunDiscreteScheduler',
    'KDPM2AncestralDiscreteScheduler',
    'KDPM2DiscreteScheduler',
    'LMSDiscreteScheduler',
  ],
  translate(call) {
    const config = readKwargs(schema, call.config, call);
    const discrete = discreteChoice(call, config);
    if (config.timestep_type === 'discrete' || config.prediction_type !== 'v_prediction') return discrete;
    return continuousChoice(discrete);
  },
};

/** Those whose β are Stable Diffusion's by default. */
const WITH_OTHER_BETAS = [
  'DPMSolverSDEScheduler',
  'HeunDiscreteScheduler',
  'KDPM2AncestralDiscreteScheduler',
  'KDPM2DiscreteScheduler',
];

function discreteChoice(call: SchedulerCall, config: z.output<typeof schema>): NoisingChoice {
  const betas = betaConfig(call, WITH_OTHER_BETAS.includes(call.scheduler) ? STABLE_DIFFUSION : {});
  const schedule = namedSchedule(betas, 'nearly-zero');
  const { timesteps, sigmas } = setTimestepsOf(call);
  // A list of σ has its final one, where the others end at.
  if (sigmas) return { schedule, spacing: listOf({ sigmas, clean: false }), steps: sigmas.length - 1, upwards: false };
  const end = config.final_sigmas_type === 'sigma_min' ? { end: 'cleanest' } : {};
  const name = config.timestep_spacing;
  const listed = timesteps ?? onlyTime(call, name);
  const times: NoisingChoice = listed
    ? { schedule, spacing: listOf({ times: listed }), steps: listed.length, upwards: false }
    : {
        schedule,
        spacing: {
          name,
          options: {
            ...end,
            ...(name === 'linspace' && { rounded: false, interpolation: 'ratio' }),
            ...(name === 'leading' && { offset: betas.steps_offset }),
          },
        },
        steps: stepsOf(call),
        upwards: false,
      };
  const logLinear = config.interpolation_type === 'log_linear';
  const { levels } = levelsOf(logLinear ? { ...times, spacing: EVEN_LOGARITHMS } : times);
  const sigmaMin = ratioOf(levels.at(logLinear ? -1 : -2)!);
  const curve = curveOf(call, { sigmaMax: ratioOf(levels[0]!), sigmaMin }, false);
  if (curve) return { ...times, spacing: { ...curve, options: { ...curve.options, ...(end.end && { end: 'last' }) } } };
  return logLinear ? atTimesOf(times, levels) : times;
}

const EVEN_LOGARITHMS: Named = { name: 'uniform-lambda', options: {} };

const listOf = (options: Named['options']): Named => ({ name: 'explicit', options });

/** One level more than there are times: σ ends at the schedule's cleanest, and only the times are as they were. */
function atTimesOf(choice: NoisingChoice, even: readonly NoiseLevel[]): NoisingChoice {
  const times = [...levelsOf(choice).levels.slice(0, -1), even.at(-1)!].map(({ time }) => time);
  return { ...choice, spacing: listOf({ sigmas: even.map(ratioOf), times, clean: false }) };
}

/** Models that are told ¼·log σ: the same levels on EDM's schedule. */
function continuousChoice(choice: NoisingChoice): NoisingChoice {
  const sigmas = levelsOf(choice).levels.map(ratioOf);
  const schedule = { name: 'edm', options: { sigmaMax: sigmas[0]!, sigmaMin: sigmas.at(-2)! } };
  return { ...choice, schedule, spacing: listOf({ sigmas, clean: false }) };
}
