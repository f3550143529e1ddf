import { logSnr } from '@ungrain/core';
import { z } from 'zod';
import { ratioOf } from '../../schedules/level-of-ratio.js';
import { shiftedShare } from '../../spacings/shifted.js';
import { roundHalfToEven } from '../../spacings/trained-times.js';
import { createSchedule, levelsOf } from '../levels.js';
import type { Kwargs, NoisingChoice, NoisingFamily, SchedulerCall } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';
import { betaConfig, namedSchedule, readKwargs, setTimestepsOf, stepsOf, type BetaConfig } from './config.js';
import { curveOf } from './sigmas.js';

const schema = z.looseObject({
  timestep_spacing: z.enum(['leading', 'linspace', 'trailing']).default('linspace'),
  final_sigmas_type: z.enum(['zero', 'sigma_min']).default('zero'),
  // "-Infinity" is how Python writes it into JSON, which is then no JSON; null and text stand for it.
  lambda_min_clipped: z.union([z.number(), z.string(), z.null()]).default(null),
  use_flow_sigmas: z.boolean().nullish(),
  flow_shift: z.number().nullish(),
});

type DpmConfig = z.output<typeof schema>;

/** What a class fixes, unlike the others: these two have no choice of where to end. */
const FIXED: Readonly<Record<string, Kwargs>> = {
  DEISMultistepScheduler: { final_sigmas_type: 'sigma_min' },
  SASolverScheduler: { final_sigmas_type: 'sigma_min' },
};

const INVERSE = 'DPMSolverMultistepInverseScheduler';

/** DPM-Solver and its relatives, which tell the model whole times and leave the cleanest one out. */
export const dpmSolver: NoisingFamily = {
  classes: [
    'DEISMultistepScheduler',
    INVERSE,
    'DPMSolverMultistepScheduler',
    'DPMSolverSinglestepScheduler',
    'SASolverScheduler',
    'UniPCMultistepScheduler',
  ],
  translate(call) {
    const config = { ...readKwargs(schema, call.config, call), ...FIXED[call.scheduler] };
    const betas = betaConfig(call);
    if (config.use_flow_sigmas) return flowChoice(call, config, betas);
    const schedule = namedSchedule(betas, 'nearly-zero');
    return call.scheduler === INVERSE
      ? inverseChoice(call, schedule, config, betas)
      : downwards(call, schedule, config, betas);
  },
};

function downwards(call: SchedulerCall, schedule: Named, config: DpmConfig, betas: BetaConfig): NoisingChoice {
  const { timesteps } = setTimestepsOf(call);
  const toClean = config.final_sigmas_type === 'zero';
  if (timesteps) return explicitTimes(schedule, timesteps, toClean);
  const curve = curveOf(call, rangeOf(schedule), true);
  const steps = stepsOf(call);
  if (curve)
    return {
      schedule,
      spacing: { ...curve, options: { ...curve.options, ...(!toClean && { end: 'last' }) } },
      steps,
      upwards: false,
    };
  const name = config.timestep_spacing;
  const lambdaMin = lambdaMinOf(config);
  // Clipped, theirs has the strides of the whole range and so fewer steps.
  if (name === 'trailing' && lambdaMin !== undefined)
    return explicitTimes(schedule, trailingBelow(schedule, steps, lambdaMin), toClean);
  const options = {
    ...(name !== 'trailing' && { skipCleanest: true, ...(lambdaMin !== undefined && { lambdaMin }) }),
    ...(name === 'leading' && { offset: betas.steps_offset }),
    ...(!toClean && { end: 'cleanest' }),
  };
  return { schedule, spacing: { name, options }, steps, upwards: false };
}

function explicitTimes(schedule: Named, times: readonly number[], toClean: boolean): NoisingChoice {
  const all = toClean ? times : [...times, 0];
  const options = { times: all, clean: toClean, repeats: !toClean };
  return { schedule, spacing: { name: 'explicit', options }, steps: times.length, upwards: false };
}

function rangeOf(named: Named): { sigmaMax: number; sigmaMin: number } {
  const schedule = createSchedule(named);
  const [sigmaMax, sigmaMin] = [schedule.noisiest, schedule.cleanest].map((time) => ratioOf(schedule.level(time)));
  return { sigmaMax: sigmaMax!, sigmaMin: sigmaMin! };
}

const lambdaMinOf = ({ lambda_min_clipped: given }: DpmConfig): number | undefined =>
  typeof given === 'number' && Number.isFinite(given) ? given : undefined;

/** The number of trained times whose λ is not below a limit. */
function timesAbove(named: Named, lambdaMin: number): number {
  const schedule = createSchedule(named);
  let count = schedule.trainedSteps!;
  while (logSnr(schedule.level(count - 1)) / 2 < lambdaMin) count--;
  return count;
}

function trailingBelow(schedule: Named, steps: number, lambdaMin: number): readonly number[] {
  const stride = createSchedule(schedule).trainedSteps! / steps;
  const times: number[] = [];
  for (let i = 0; ; i++) {
    const time = timesAbove(schedule, lambdaMin) - i * stride;
    if (!(time > 0)) return times;
    times.push(roundHalfToEven(time) - 1);
  }
}

/**
 * Upwards: as the way down, but for the times. They are those of the lower levels, and σ of the noisiest is added at the
 * end, also where it is the last already.
 */
function inverseChoice(call: SchedulerCall, schedule: Named, config: DpmConfig, betas: BetaConfig): NoisingChoice {
  const down = downwards(call, schedule, { ...config, final_sigmas_type: 'sigma_min' }, betas);
  const { levels } = levelsOf(down);
  const curved = down.spacing.options['times'] !== undefined && down.spacing.name !== 'explicit';
  const visited = curved ? [levels[0]!, ...levels.slice(0, -1)] : levels;
  const options = { sigmas: visited.map(ratioOf), times: visited.map(({ time }) => time), clean: false, repeats: true };
  return { schedule, spacing: { name: 'explicit', options }, steps: down.steps, upwards: true };
}

/** σ of a flow in equal steps, shifted; the model is told T·σ, cut off. Each class ends, and begins, in its own way. */
function flowChoice(call: SchedulerCall, config: DpmConfig, { num_train_timesteps: T }: BetaConfig): NoisingChoice {
  const steps = stepsOf(call);
  const { mu } = setTimestepsOf(call);
  const shift = mu === undefined || mu === null ? (config.flow_shift ?? 1) : Math.exp(mu);
  const fromOne = call.scheduler === 'UniPCMultistepScheduler';
  const shares = Array.from({ length: steps }, (_, i) => {
    const even = fromOne ? 1 - ((1 - 1 / T) * i) / steps : ((1 - 1 / T) * (steps - i)) / steps;
    return shiftedShare(even, shift);
  });
  if (Math.abs(shares[0]! - 1) < NEARLY_ONE) shares[0]! -= NEARLY_ONE;
  const sigmas = config.final_sigmas_type === 'zero' ? shares : [...shares, shares.at(-1)!];
  const times = sigmas.map((share) => 1 - Math.floor(share * T + 1e-9) / T);
  return {
    schedule: { name: 'flow', options: {} },
    spacing: {
      name: 'explicit',
      options: { sigmas, times, quantity: 'share', repeats: true, clean: config.final_sigmas_type === 'zero' },
    },
    steps,
    upwards: call.scheduler === INVERSE,
  };
}

/** Some keep the first σ this far below 1, where α would be 0. */
const NEARLY_ONE = 1e-6;
