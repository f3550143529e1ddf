import { z } from 'zod';
import type { NoisingFamily } from '../noising-choice.js';
import { readKwargs, stepsOf } from './config.js';

const schema = z.looseObject({
  sigma_min: z.number().default(0.002),
  sigma_max: z.number().default(80),
  rho: z.number().default(7),
  sigma_schedule: z.enum(['karras', 'exponential']).default('karras'),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).default('zero'),
});

const cosineDefaults = { sigma_min: 0.3, sigma_max: 500, sigma_schedule: 'exponential' };

/** Classes after EDM, and IPNDM: their schedules are continuous. */
export const edm: NoisingFamily = {
  classes: [
    'CosineDPMSolverMultistepScheduler',
    'EDMDPMSolverMultistepScheduler',
    'EDMEulerScheduler',
    'IPNDMScheduler',
  ],
  translate(call) {
    const steps = stepsOf(call);
    if (call.scheduler === 'IPNDMScheduler')
      return {
        schedule: { name: 'cosine-path', options: {} },
        spacing: { name: 'crash', options: {} },
        steps,
        upwards: false,
      };
    const cosine = call.scheduler === 'CosineDPMSolverMultistepScheduler';
    const config = readKwargs(schema, { ...(cosine && cosineDefaults), ...call.config }, call);
    return {
      schedule: {
        name: 'edm',
        options: {
          sigmaMin: config.sigma_min,
          sigmaMax: config.sigma_max,
          clock: cosine ? 'arctan' : 'quarter-log',
        },
      },
      spacing: {
        name: config.sigma_schedule,
        options: {
          ...(config.sigma_schedule === 'karras' && !cosine && { rho: config.rho }),
          ...(config.final_sigmas_type === 'sigma_min' && { end: 'last' }),
        },
      },
      steps,
      upwards: false,
    };
  },
};
