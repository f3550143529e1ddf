import type { Schedule } from '@ungrain/core';
import { failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { createSchedule } from '../diffusers/levels.js';
import type { Named } from '../diffusers/sampler-choice.js';
import { conversion, type PathPrediction } from '../flow-matching/conversions.js';
import { ratioOf } from '../schedules/level-of-ratio.js';
import type { FileCheck } from './file-check.js';
import { readMixture } from './mixture.js';
import { compareNumbers, doublesOf, type Doubles } from './numbers.js';

const numbers = z.array(z.number());
const pathSchema = z.looseObject({
  name: z.string(),
  t: numbers,
  alpha: numbers,
  sigma: numbers,
  d_alpha: numbers,
  d_sigma: numbers,
  snr: numbers,
  snr_inverse: numbers,
  n: z.number().optional(),
  beta_min: z.number().optional(),
  beta_max: z.number().optional(),
});
type PathCase = z.output<typeof pathSchema>;

const fileSchema = z.looseObject({
  schedulers: z.array(pathSchema),
  transform_times: numbers,
  tolerance: z.object({ f64_abs: z.number(), f32_abs: z.number() }),
});

/** The paths of the library flow_matching, by the names that it has for them. */
const PATHS: Readonly<Record<string, (entry: Pick<PathCase, 'n' | 'beta_min' | 'beta_max'>) => Named>> = {
  CondOT: () => ({ name: 'flow', options: {} }),
  Cosine: () => ({ name: 'cosine-path', options: {} }),
  LinearVP: () => ({ name: 'linear-vp-path', options: {} }),
  Polynomial: ({ n }) => ({ name: 'polynomial-path', options: { exponent: n } }),
  VP: ({ beta_min = 0.1, beta_max = 20 }) => ({ name: 'vp-path', options: { betaMin: beta_min, betaMax: beta_max } }),
};

/** Paths of flow matching: their levels, points, velocities and conversions, and one model on several of them. */
export const checkFlowPaths: FileCheck = async function* (source, path) {
  const { schedulers, transform_times, tolerance } = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const where = path.replace(/\.json$/, '');
  const get = (name: string): Doubles => doublesOf(tensors, name);
  for (const entry of schedulers) {
    const name = `${where} ${entry.name}`;
    const named = PATHS[entry.name]?.(entry);
    if (!named) yield failedCheck(name, 'no path of this name is known here');
    else {
      const schedule = createSchedule(named);
      yield* checkLevels(name, schedule, entry, tolerance.f64_abs);
      yield* checkPoints(name, schedule, entry, get, tolerance);
    }
  }
  const mixture = await readMixture(source);
  for (const name of tensors.keys()) {
    const [, to = ''] = /^transform\/to_(\w+)$/.exec(name) ?? [];
    const entry = schedulers.find((other) => other.name === to);
    if (!entry || !(to in PATHS)) continue;
    const expected = get(name);
    const schedule = createSchedule(PATHS[to]!(entry));
    const [, ...shape] = get('x_0').shape;
    const model = mixture(schedule, shape, {});
    const places = placesOf(shape);
    const actual = transform_times.flatMap((time) => {
      const [level, rate] = [schedule.level(time), schedule.rate(time)];
      return [...get('x_0').data].map((x, i) => {
        const { data, noise } = model.answer(x, places[i % places.length]!, level);
        return rate.alpha * data + rate.sigma * noise;
      });
    });
    yield compareNumbers(`${where} ${name}`, actual, expected.data, tolerance.f64_abs);
  }
};

function* checkLevels(name: string, schedule: Schedule, entry: PathCase, tolerance: number): Iterable<ParityCheck> {
  const levels = entry.t.map((time) => schedule.level(time));
  const rates = entry.t.map((time) => schedule.rate(time));
  const lists = {
    alpha: levels.map(({ alpha }) => alpha),
    sigma: levels.map(({ sigma }) => sigma),
    d_alpha: rates.map(({ alpha }) => alpha),
    d_sigma: rates.map(({ sigma }) => sigma),
    snr: levels.map((level) => 1 / ratioOf(level)),
    snr_inverse: entry.snr.map((ratio) => schedule.timeAt(2 * Math.log(ratio))),
  };
  for (const [list, actual] of Object.entries(lists))
    yield compareNumbers(`${name} ${list}`, actual, entry[list as keyof typeof lists], tolerance);
}

/** Their words for what a model predicts. */
const PREDICTIONS: Readonly<Record<string, PathPrediction>> = {
  target: 'data',
  epsilon: 'noise',
  velocity: 'velocity',
};

function* checkPoints(
  name: string,
  schedule: Schedule,
  entry: PathCase,
  get: (tensor: string) => Doubles,
  tolerance: { f64_abs: number; f32_abs: number },
): Iterable<ParityCheck> {
  const [noise, data] = [get('x_0'), get('x_1')];
  const row = data.data.length / entry.t.length;
  const each = (of: (time: number, i: number) => number): number[] =>
    Array.from(data.data, (_, i) => of(entry.t[Math.floor(i / row)]!, i));
  const mixed = (factors: (time: number) => { alpha: number; sigma: number }): number[] =>
    each((time, i) => {
      const { alpha, sigma } = factors(time);
      return alpha * data.data[i]! + sigma * noise.data[i]!;
    });
  const x = mixed((time) => schedule.level(time));
  const velocity = mixed((time) => schedule.rate(time));
  yield compareNumbers(`${name} x_t`, x, get(`${entry.name}/x_t`).data, tolerance.f64_abs);
  yield compareNumbers(`${name} dx_t`, velocity, get(`${entry.name}/dx_t`).data, tolerance.f64_abs);
  const known = { data: data.data, noise: noise.data, velocity };
  for (const [from, given] of Object.entries(PREDICTIONS))
    for (const [to, wanted] of Object.entries(PREDICTIONS)) {
      if (from === to) continue;
      const converted = each((time, i) => {
        const [a, b] = conversion(given, wanted, schedule.level(time), schedule.rate(time));
        return a * x[i]! + b * known[given][i]!;
      });
      const expected = get(`${entry.name}/${from}_to_${to}`);
      yield compareNumbers(`${name} ${from}_to_${to}`, converted, expected.data, tolerance.f32_abs);
    }
}

type Place = readonly [channel: number, y: number, x: number];

/** Every [channel, row, column] of a shape, in order. */
function placesOf([channels = 1, height = 1, width = 1]: readonly number[]): readonly Place[] {
  return Array.from({ length: channels * height * width }, (_, i) => [
    Math.floor(i / (height * width)),
    Math.floor(i / width) % height,
    i % width,
  ]);
}
