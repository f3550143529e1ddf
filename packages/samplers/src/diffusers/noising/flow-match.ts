import { z } from 'zod';
import { ratioOf } from '../../schedules/level-of-ratio.js';
import { shiftedShare } from '../../spacings/shifted.js';
import { shareOfRatio } from '../../spacings/sigma-curve.js';
import { levelsOf } from '../levels.js';
import type { NoisingChoice, NoisingFamily, SchedulerCall } from '../noising-choice.js';
import type { Named } from '../sampler-choice.js';
import { readKwargs, setTimestepsOf, stepsOf } from './config.js';
import { curveOf } from './sigmas.js';

const schema = z.looseObject({
  num_train_timesteps: z.int().min(1).default(1000),
  shift: z.number().positive().default(1),
  use_dynamic_shifting: z.boolean().nullish(),
  time_shift_type: z.enum(['exponential', 'linear']).default('exponential'),
  shift_terminal: z.number().nullish(),
  invert_sigmas: z.boolean().nullish(),
});

type FlowConfig = z.output<typeof schema>;

/** Flow matching. Their time counts T·σ. */
export const flowMatch: NoisingFamily = {
  classes: [
    'FlowMatchEulerDiscreteScheduler',
    'FlowMatchHeunDiscreteScheduler',
    'FlowMatchLCMScheduler',
    'LTXEulerAncestralRFScheduler',
  ],
  translate(call) {
    const config = readKwargs(schema, call.config, call);
    const shifted = choiceOf(shiftedSpacing(call, config));
    const shares = sharesOf(shifted);
    const curve = curveOf(call, { sigmaMax: shares[0]!, sigmaMin: shares.at(-1)! }, false);
    const choice = curve
      ? { ...shifted, spacing: { ...curve, options: { ...curve.options, quantity: 'share' } } }
      : shifted;
    return config.invert_sigmas ? inverted(choice) : choice;
  },
};

const choiceOf = ({ spacing, steps }: { spacing: Named; steps: number }): NoisingChoice => ({
  schedule: { name: 'flow', options: {} },
  spacing,
  steps,
  upwards: false,
});

/** σ of all levels but the last, clean one. */
const sharesOf = (choice: NoisingChoice): readonly number[] =>
  levelsOf(choice)
    .levels.slice(0, -1)
    .map((level) => shareOfRatio(ratioOf(level)));

function shiftedSpacing(call: SchedulerCall, config: FlowConfig): { spacing: Named; steps: number } {
  const { sigmas, mu } = setTimestepsOf(call);
  const [shift, smallest] = shiftOf(config, mu ?? 0);
  const terminal = config.shift_terminal ?? undefined;
  if (!sigmas) {
    const options = { shift, last: smallest, ...(terminal !== undefined && { terminal }) };
    return { spacing: { name: 'shifted', options }, steps: stepsOf(call) };
  }
  const shifted = sigmas.map((share) => shiftedShare(share, shift));
  const stretch = terminal === undefined ? 1 : (1 - terminal) / (1 - shifted.at(-1)!);
  const options = { sigmas: shifted.map((share) => 1 - (1 - share) * stretch), quantity: 'share' };
  return { spacing: { name: 'explicit', options }, steps: sigmas.length };
}

/** The shift, and the smallest σ, which theirs has shifted once already when it shifts all: a fixed shift acts twice. */
function shiftOf(config: FlowConfig, mu: number): readonly [shift: number, smallest: number] {
  const smallest = 1 / config.num_train_timesteps;
  if (config.use_dynamic_shifting) return [config.time_shift_type === 'linear' ? mu : Math.exp(mu), smallest];
  return [config.shift, shiftedShare(smallest, config.shift)];
}

/** From data to noise, at σ = 1 − those on the way down. */
function inverted(choice: NoisingChoice): NoisingChoice {
  const sigmas = sharesOf(choice)
    .map((share) => 1 - share)
    .reverse();
  const options = { sigmas: [1, ...sigmas], quantity: 'share', clean: false };
  return { ...choice, spacing: { name: 'explicit', options }, upwards: true };
}
