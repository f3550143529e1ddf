import { z } from 'zod';
import { karrasCurve } from '../../spacings/karras.js';
import type { NoisingChoice, NoisingFamily, SchedulerCall } from '../noising-choice.js';
import { betaConfig, namedSchedule, readKwargs, setTimestepsOf, STABLE_DIFFUSION, stepsOf } from './config.js';

const lcmConfig = z.looseObject({
  original_inference_steps: z.int().min(1).nullish(),
  strength: z.number().gt(0).max(1).default(1),
  set_alpha_to_one: z.boolean().default(true),
});

const consistencyConfig = z.looseObject({
  num_train_timesteps: z.int().min(2).default(40),
  sigma_min: z.number().default(0.002),
  sigma_max: z.number().default(80),
  rho: z.number().default(7),
});

/** Models of few steps, which were distilled from others: their levels are among those of the distillation. */
export const distilled: NoisingFamily = {
  classes: ['CMStochasticIterativeScheduler', 'LCMScheduler', 'TCDScheduler'],
  translate: (call) =>
    call.scheduler === 'CMStochasticIterativeScheduler' ? consistencyChoice(call) : lcmChoice(call),
};

function lcmChoice(call: SchedulerCall): NoisingChoice {
  const schedule = namedSchedule(betaConfig(call, { ...STABLE_DIFFUSION, beta_schedule: 'scaled_linear' }));
  const { timesteps } = setTimestepsOf(call);
  const settings = { original_inference_steps: 50, ...call.config, ...withoutNull(call.setTimesteps) };
  const { original_inference_steps, strength, set_alpha_to_one } = readKwargs(lcmConfig, settings, call);
  const toCleanest = call.scheduler === 'TCDScheduler'; // its last step goes to time 0, whatever `set_alpha_to_one` says
  if (timesteps) {
    const kept = timesteps.slice(Math.max(0, timesteps.length - Math.trunc(timesteps.length * strength)));
    const options = toCleanest ? { times: [...kept, 0], clean: false } : { times: kept };
    return { schedule, spacing: { name: 'explicit', options }, steps: kept.length, upwards: false };
  }
  const options = {
    originalSteps: original_inference_steps ?? 50,
    strength,
    ...((toCleanest || !set_alpha_to_one) && { end: 'cleanest' }),
  };
  return { schedule, spacing: { name: 'lcm', options }, steps: stepsOf(call), upwards: false };
}

const withoutNull = (kwargs: SchedulerCall['setTimesteps']): SchedulerCall['setTimesteps'] =>
  Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));

function consistencyChoice(call: SchedulerCall): NoisingChoice {
  const config = readKwargs(consistencyConfig, call.config, call);
  const { num_train_timesteps: trainedLevels, sigma_min: sigmaMin, sigma_max: sigmaMax, rho } = config;
  const schedule = { name: 'edm', options: { sigmaMin, sigmaMax, clock: 'thousand-quarter-log' } };
  const { timesteps } = setTimestepsOf(call);
  if (!timesteps)
    return {
      schedule,
      spacing: { name: 'consistency', options: { trainedLevels, rho } },
      steps: stepsOf(call),
      upwards: false,
    };
  // Their numbers count from the noisiest level although they fall: the list is turned round.
  const curve = karrasCurve(rho);
  const sigmas = timesteps.toReversed().map((index) => curve(index / (trainedLevels - 1), sigmaMax, sigmaMin));
  const options = { sigmas: [...sigmas, sigmaMin], clean: false, repeats: true };
  return { schedule, spacing: { name: 'explicit', options }, steps: timesteps.length, upwards: false };
}
