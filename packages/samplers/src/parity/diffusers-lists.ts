import { logSnr, type NoiseLevel, type Schedule } from '@ungrain/core';
import { jumpBack } from '../guidance/repaint.js';
import { ratioOf } from '../schedules/level-of-ratio.js';
import { shareOfRatio } from '../spacings/sigma-curve.js';

/** The lists that `set_timesteps` leaves behind. */
export interface Lists {
  readonly timesteps: readonly number[];
  readonly sigmas: readonly number[];
  readonly sigmas_interpol?: readonly number[];
}

/** The levels of a run, as its scheduler is asked for them. */
export interface Visited {
  readonly scheduler: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly setTimesteps: Readonly<Record<string, unknown>>;
  readonly schedule: Schedule;
  /** In the order of the run, one more than it has steps. */
  readonly levels: readonly NoiseLevel[];
}

/** Time and σ of a level as the schedulers of one kind of schedule count them. */
const COUNTED: Readonly<Record<string, (level: NoiseLevel, trained: number) => { time: number; sigma: number }>> = {
  flow: (level, trained) => ({ time: trained * (1 - level.time), sigma: shareOfRatio(ratioOf(level)) }),
  'cosine-path': (level) => ({ time: 1 - level.time, sigma: level.sigma }),
};

/** What a scheduler lists for its levels: some list those between, where they call the model too. */
export function listsOf(visited: Visited): Lists {
  const { scheduler, schedule, levels, config } = visited;
  const trained = Number(config['num_train_timesteps'] ?? 1000);
  const count = COUNTED[schedule.name] ?? ((level: NoiseLevel) => ({ time: level.time, sigma: ratioOf(level) }));
  const counted = levels.map((level) => count(level, trained));
  // DDIM's inversion tells the model the time that a step leads to, all others the one that it comes from.
  const timed = scheduler === 'DDIMInverseScheduler' ? counted.slice(1) : counted.slice(0, -1);
  const lists = { timesteps: timed.map(({ time }) => time), sigmas: counted.map(({ sigma }) => sigma) };
  return OWN_LISTS[scheduler]?.(lists, visited) ?? lists;
}

const twice = <T>(values: readonly T[]): readonly T[] => values.flatMap((value) => [value, value]);

const alternating = (a: readonly number[], b: readonly number[]): readonly number[] =>
  b.flatMap((value, i) => [a[i]!, value]);

const timesOf = (schedule: Schedule, sigmas: readonly number[]): readonly number[] =>
  sigmas.map((sigma) => schedule.timeAt(-2 * Math.log(sigma)));

/** The geometric means of neighbours. */
const between = (sigmas: readonly number[]): readonly number[] =>
  sigmas.slice(1).map((sigma, i) => Math.sqrt(sigma * sigmas[i]!));

const heunLists = ({ timesteps, sigmas }: Lists): Lists => ({
  timesteps: [timesteps[0]!, ...twice(timesteps.slice(1))],
  sigmas: [sigmas[0]!, ...twice(sigmas.slice(1, -1)), sigmas.at(-1)!],
});

/** σ of the second stages, one for each level, with the first and the last as they come. */
const spread = (values: readonly number[]): readonly number[] => [
  values[0]!,
  ...twice(values.slice(1)),
  values.at(-1)!,
];

const curved = (config: Visited['config']): boolean =>
  ['use_karras_sigmas', 'use_exponential_sigmas', 'use_beta_sigmas'].some((key) => config[key] === true);

const endOf = (config: Visited['config'], sigmas: readonly number[]): number =>
  config['final_sigmas_type'] === 'sigma_min' ? sigmas.at(-1)! : 0;

const OWN_LISTS: Readonly<Record<string, (lists: Lists, visited: Visited) => Lists>> = {
  DPMSolverSDEScheduler(lists, { schedule }) {
    const middles = timesOf(schedule, between(lists.sigmas.slice(0, -1)));
    const timesteps = [lists.timesteps[0]!, ...alternating(middles, lists.timesteps.slice(1))];
    return { timesteps, sigmas: heunLists(lists).sigmas };
  },
  // With `log_linear` one σ more is listed than is visited.
  EulerDiscreteScheduler: ({ timesteps, sigmas }, { config }) => ({
    timesteps,
    sigmas:
      config['interpolation_type'] === 'log_linear' && !curved(config) ? [...sigmas, endOf(config, sigmas)] : sigmas,
  }),
  FlowMatchHeunDiscreteScheduler: heunLists,
  HeunDiscreteScheduler: heunLists,
  KDPM2AncestralDiscreteScheduler({ timesteps, sigmas }, { schedule }) {
    // Ancestral: the middle of the way down to s'²/s is s' itself.
    const middles = sigmas.slice(1, -1);
    return {
      timesteps: [timesteps[0]!, ...alternating(timesOf(schedule, middles), timesteps.slice(1))],
      sigmas: spread(sigmas),
      sigmas_interpol: spread([...middles, 0, 0]),
    };
  },
  KDPM2DiscreteScheduler({ timesteps, sigmas }, { schedule }) {
    const middles = between(sigmas.slice(0, -1));
    return {
      timesteps: [timesteps[0]!, ...alternating(timesOf(schedule, middles), timesteps.slice(1))],
      sigmas: spread(sigmas),
      sigmas_interpol: spread([NaN, ...middles, 0]), // theirs begins with a logarithm of 0
    };
  },
  PNDMScheduler: ({ timesteps, sigmas }, { config, setTimesteps }) => ({
    timesteps: config['skip_prk_steps']
      ? plmsTimes(timesteps)
      : prkTimes(timesteps, Number(setTimesteps['num_inference_steps']), Number(config['num_train_timesteps'] ?? 1000)),
    sigmas,
  }),
  RePaintScheduler({ timesteps, sigmas }, { setTimesteps, levels }) {
    const { jump_length: jumpLength = 10, jump_n_sample: resamples = 10 } = setTimesteps as Record<string, number>;
    const down = levels.slice(1).map((to) => ({ do: 'solve', to }) as const);
    const visited: number[] = [];
    let at = 0;
    for (const { do: move, to } of jumpBack(levels[0]!, down, { jumpLength, resamples, fromStart: false })) {
      const next = levels.indexOf(to);
      // Down, a step has the time that it comes from; up, each level has the time of the one above it.
      if (move === 'solve') visited.push(timesteps[at]!);
      else for (let level = at - 1; level >= next; level--) visited.push(timesteps[level - 1]!);
      at = next;
    }
    return { timesteps: visited, sigmas };
  },
};

/** PLMS calls the model twice at its second time: Liu et al. 2022, "PNDM", eq. 14. */
const plmsTimes = (times: readonly number[]): readonly number[] =>
  times.flatMap((time, i) => (i === 1 ? [time, time] : [time]));

/** The three steps by Runge–Kutta before the multistep ones: four calls each, two of them half a stride below. */
function prkTimes(times: readonly number[], steps: number, trained: number): readonly number[] {
  const half = Math.floor(Math.floor(trained / steps) / 2);
  const warm = times.slice(0, 4);
  // Ascending pairs (t, t + half) of the four first times, each but the outermost twice.
  const ascending = warm.toReversed().flatMap((time) => [time, time + half]);
  const repeated = twice(ascending.slice(0, -1)).slice(1, -1);
  return [...repeated.toReversed(), ...times.slice(3)];
}

/** How far the time of a level is from the trained time that its scheduler cut it off to, for comparing such times. */
export const exactTime = (schedule: Schedule, level: NoiseLevel, trained: number): number =>
  schedule.name === 'flow' ? trained * shareOfRatio(ratioOf(level)) : schedule.timeAt(logSnr(level));
