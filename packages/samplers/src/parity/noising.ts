import { brokenCheck, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { levelsOf } from '../diffusers/levels.js';
import { noisingOf } from '../diffusers/noising.js';
import { muOf } from '../spacings/shifted.js';
import { exactTime, listsOf, type Visited } from './diffusers-lists.js';
import type { FileCheck } from './file-check.js';
import { compareNumbers, number } from './numbers.js';
import { checkPresets } from './presets.js';

const numbers = z.array(number);
const kwargs = z.record(z.string(), z.unknown());

const schedulerCase = z.strictObject({
  scheduler: z.string(),
  name: z.string().optional(),
  config: kwargs,
  set_timesteps: kwargs,
  timesteps: numbers.optional(),
  timesteps_f32: numbers.optional(),
  sigmas: numbers.optional(),
  sigmas_f32: numbers.optional(),
  sigmas_interpol: numbers.optional(),
  previous_timestep: numbers.optional(),
  alphas_cumprod: numbers.optional(),
  init_noise_sigma: number.optional(),
});
type SchedulerCase = z.output<typeof schedulerCase>;

const presetCase = z.strictObject({ name: z.string(), presets: z.record(z.string(), z.array(z.number())) });

const shiftCase = z.strictObject({
  name: z.literal('calculate_shift'),
  rows: z.array(
    z.strictObject({
      image_seq_len: z.number(),
      base_seq_len: z.number(),
      max_seq_len: z.number(),
      base_shift: z.number(),
      max_shift: z.number(),
      mu: z.number(),
    }),
  ),
});

const fileSchema = z.looseObject({ cases: z.array(z.union([schedulerCase, presetCase, shiftCase])) });

/** Of numbers in double precision, and of those that a library has in single precision. */
const [DOUBLE, SINGLE] = [1e-9, 1e-5];

/** What `set_timesteps` of diffusers' schedulers leaves behind, against the levels of our spacings. */
export const checkNoising: FileCheck = async function* (source, path) {
  const { cases } = fileSchema.parse(await source.json(path));
  for (const [i, entry] of cases.entries()) {
    const name = `${path.replace(/\.json$/, '')} ${i} ${'scheduler' in entry ? entry.scheduler : entry.name}`;
    try {
      if ('scheduler' in entry) yield* checkScheduler(name, entry);
      else if ('presets' in entry) yield* checkPresets(name, entry.presets);
      else yield* checkShifts(name, entry.rows);
    } catch (error) {
      yield brokenCheck(name, error);
    }
  }
};

function* checkScheduler(name: string, entry: SchedulerCase): Iterable<ParityCheck> {
  const call = { scheduler: entry.scheduler, config: entry.config, setTimesteps: entry.set_timesteps };
  const visited: Visited = { ...call, ...levelsOf(noisingOf(call)) };
  const lists = listsOf(visited);
  const { levels } = visited;
  if (entry.timesteps) yield checkTimes(`${name} timesteps`, lists.timesteps, entry.timesteps, visited);
  if (entry.sigmas) yield compareNumbers(`${name} sigmas`, lists.sigmas, entry.sigmas, DOUBLE);
  if (entry.sigmas_f32) yield compareNumbers(`${name} sigmas_f32`, lists.sigmas, entry.sigmas_f32, SINGLE);
  if (entry.sigmas_interpol)
    yield compareNumbers(`${name} sigmas_interpol`, lists.sigmas_interpol ?? [], entry.sigmas_interpol, DOUBLE);
  if (entry.previous_timestep) {
    const times = levels.slice(1).map(({ time }) => time);
    yield compareNumbers(`${name} previous_timestep`, times, entry.previous_timestep, 0);
  }
  if (entry.alphas_cumprod) {
    const kept = levels.slice(0, -1).map(({ alpha }) => alpha ** 2);
    yield compareNumbers(`${name} alphas_cumprod`, kept, entry.alphas_cumprod, DOUBLE);
  }
  if (entry.init_noise_sigma !== undefined)
    yield compareNumbers(
      `${name} init_noise_sigma`,
      [initialScale(entry, lists.sigmas)],
      [entry.init_noise_sigma],
      DOUBLE,
    );
}

/**
 * Where a scheduler cuts times off, a time that is whole but for rounding may as well have been cut to the one below:
 * that is left to the rounding of each library.
 */
function checkTimes(
  name: string,
  actual: readonly number[],
  expected: readonly number[],
  { schedule, levels, config }: Visited,
): ParityCheck {
  if (actual.length !== levels.length - 1) return compareNumbers(name, actual, expected, DOUBLE);
  const trained = Number(config['num_train_timesteps'] ?? 1000);
  const settled = actual.map((time, i) => {
    const exact = exactTime(schedule, levels[i]!, trained);
    const whole = Math.round(exact);
    const onEdge = time === whole && exact !== 0 && Math.abs(exact - whole) < 1e-6;
    return onEdge && expected[i] === whole - 1 ? whole - 1 : time;
  });
  return compareNumbers(name, settled, expected, DOUBLE);
}

/** Those that count in x/α: at leading times they add the data's unit variance to that of the noise. */
const OVER_ALPHA: ReadonlySet<string> = new Set([
  'DPMSolverSDEScheduler',
  'EulerAncestralDiscreteScheduler',
  'EulerDiscreteScheduler',
  'HeunDiscreteScheduler',
  'KDPM2AncestralDiscreteScheduler',
  'KDPM2DiscreteScheduler',
  'LMSDiscreteScheduler',
]);

function initialScale({ scheduler, config }: SchedulerCase, sigmas: readonly number[]): number {
  if (!OVER_ALPHA.has(scheduler)) return 1;
  return config['timestep_spacing'] === 'leading' ? Math.hypot(sigmas[0]!, 1) : sigmas[0]!;
}

function* checkShifts(name: string, rows: z.output<typeof shiftCase>['rows']): Iterable<ParityCheck> {
  const found = rows.map((row) =>
    muOf(row.image_seq_len, {
      fewTokens: row.base_seq_len,
      manyTokens: row.max_seq_len,
      fewMu: row.base_shift,
      manyMu: row.max_shift,
    }),
  );
  yield compareNumbers(
    name,
    found,
    rows.map(({ mu }) => mu),
    DOUBLE,
  );
}
