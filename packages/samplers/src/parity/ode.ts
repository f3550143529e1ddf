import {
  createRegistry,
  linear,
  parseOptions,
  run,
  straightPath,
  tensor,
  zeros,
  type Model,
  type NoiseLevel,
  type Tensor,
} from '@ungrain/core';
import { brokenCheck, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import type { MixtureModel } from '@ungrain/core/testing';
import { z } from 'zod';
import type { Named } from '../diffusers/sampler-choice.js';
import { samplersPlugin } from '../plugin.js';
import type { FileCheck } from './file-check.js';
import { readMixture } from './mixture.js';
import { recorded, rowsOf, type RecordedTensors } from './recorded-tensors.js';
import { compareState, startAt } from './replay.js';

const caseSchema = z.object({
  name: z.string(),
  /** In torchdiffeq. */
  method: z.string(),
  step_size: z.number().nullable(),
  rtol: z.number().optional(),
  atol: z.number().optional(),
  time_grid: z.array(z.number()).min(2),
  start: z.string(),
  evaluation_times: z.array(z.number()),
  max_error_against_exact: z.number(),
  tolerance: z.object({ f32_rel: z.number(), f64_rel: z.number() }),
});
type Case = z.output<typeof caseSchema>;

const fileSchema = z.object({ cases: z.array(caseSchema) });

/** Their fixed steps look at the end of each, so that the last one does too. */
const FIXED: Readonly<Record<string, Named>> = {
  euler: { name: 'euler', options: {} },
  midpoint: { name: 'runge-kutta', options: { method: 'midpoint', lastStep: 'method' } },
  heun2: { name: 'runge-kutta', options: { method: 'heun2', lastStep: 'method' } },
  heun3: { name: 'runge-kutta', options: { method: 'heun3', lastStep: 'method' } },
  rk4: { name: 'runge-kutta', options: { method: 'rk4-38', lastStep: 'method' } },
};

/** How much further from the exact solution an adaptive solver with another step size controller may end. */
const OTHER_CONTROLLER = 10;

/** torchdiffeq's solvers on a flow: fixed steps at each time, adaptive ones at the end, beside the exact solution. */
export const checkOde: FileCheck = async function* (source, path) {
  const { cases } = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const model = await modelFor(source, tensors);
  for (const entry of cases) {
    const name = `${path.replace(/\.json$/, '')} ${entry.name}`;
    try {
      yield* entry.method in FIXED
        ? checkFixed(name, entry, model, tensors)
        : checkAdaptive(name, entry, model, tensors);
    } catch (error) {
      yield brokenCheck(name, error);
    }
  }
};

async function modelFor(source: ParitySource, tensors: RecordedTensors): Promise<MixtureModel> {
  const mixture = await readMixture(source);
  return mixture(straightPath, recorded(tensors, 'x_init', 'float64').shape.slice(1), { prediction: 'flow' });
}

async function* checkFixed(
  name: string,
  entry: Case,
  model: MixtureModel,
  tensors: RecordedTensors,
): AsyncGenerator<ParityCheck> {
  const times = stepTimes(entry);
  const { states, asked } = await solve(times, FIXED[entry.method]!, startOf(entry, model, tensors), model, tensors);
  const expected = rowsOf(recorded(tensors, `${entry.name}/x`, 'float64'));
  for (const [i, time] of entry.time_grid.entries())
    yield compareState(`${name} time ${time}`, stateAt(time, times, states), 1, expected[i]!, entry.tolerance.f32_rel);
  const off = entry.evaluation_times.map((time, i) => Math.abs(time - (asked[i] ?? NaN)));
  const error = asked.length === off.length ? Math.max(...off) : Infinity;
  yield { name: `${name} calls`, error, tolerance: entry.tolerance.f64_rel };
}

async function* checkAdaptive(
  name: string,
  entry: Case,
  model: MixtureModel,
  tensors: RecordedTensors,
): AsyncGenerator<ParityCheck> {
  const { rtol, atol, time_grid: times } = entry;
  const solver = { name: 'adaptive-runge-kutta', options: { method: entry.method.replace('_', '-'), rtol, atol } };
  const { states } = await solve(times, solver, startOf(entry, model, tensors), model, tensors);
  const exact = recorded(tensors, times[0]! < times.at(-1)! ? 'exact' : 'exact_reverse', 'float64').data;
  const error = Math.max(...states.at(-1)!.data.map((value, i) => Math.abs(value - exact[i]!)));
  yield { name: `${name} end`, error, tolerance: OTHER_CONTROLLER * entry.max_error_against_exact };
}

/** Where the steps begin and end: at the times that are asked for, or every `step_size` up to the last of them. */
function stepTimes({ time_grid: times, step_size: size }: Case): readonly number[] {
  if (size === null) return times;
  const [first, last] = [times[0]!, times.at(-1)!];
  const sign = Math.sign(last - first);
  const count = Math.ceil(Math.abs(last - first) / size);
  return Array.from({ length: count + 1 }, (_, i) => first + sign * Math.min(Math.abs(last - first), i * size));
}

/** `x_init`, or data made of it: `mu_a + 0.2*x_init`. */
function startOf({ start }: Case, model: MixtureModel, tensors: RecordedTensors): Float64Array {
  const { data, shape } = recorded(tensors, 'x_init', 'float64');
  const [, share] = /^mu_a \+ ([\d.]+)\*x_init$/.exec(start) ?? [];
  if (share === undefined) return data;
  const [, channels = 1, height = 1, width = 1] = shape;
  return data.map((value, i) => {
    const place = [Math.floor(i / (height * width)) % channels, Math.floor(i / width) % height, i % width] as const;
    const mean = model.answer(0, place, { time: 0, alpha: 0, sigma: 1 }, 'a').data;
    return mean + Number(share) * value;
  });
}

const registry = createRegistry([samplersPlugin]);

/** The state at each of the times, and when the model was called. */
async function solve(
  times: readonly number[],
  { name, options }: Named,
  start: Float64Array,
  model: MixtureModel,
  tensors: RecordedTensors,
): Promise<{ readonly states: readonly Tensor[]; readonly asked: readonly number[] }> {
  const { shape } = recorded(tensors, 'x_init', 'float64');
  const asked: number[] = [];
  const watched: Model = {
    ...model,
    predict(batch, signal) {
      asked.push(batch.levels[0]!.alpha);
      return model.predict(batch, signal);
    },
  };
  const sampler = registry.samplers.get(name);
  const levels: readonly NoiseLevel[] = times.map((time) => straightPath.level(time));
  const states = [tensor(Float32Array.from(start), shape)];
  for await (const { x } of run({
    model: watched,
    schedule: straightPath,
    levels,
    sampler,
    samplerOptions: parseOptions(sampler.options, options, name),
    guidances: [startAt(start, 1)],
    shape,
    conditions: new Array<undefined>(shape[0] ?? 1).fill(undefined),
    noise: { normal: (_, size) => zeros(size), save: () => null, restore: () => undefined },
  }))
    states.push(x);
  return { states, asked };
}

/** The state at a time, interpolated linearly within the step that passes it. */
function stateAt(time: number, times: readonly number[], states: readonly Tensor[]): Tensor {
  const sign = Math.sign(times.at(-1)! - times[0]!);
  const i = Math.max(
    1,
    times.findIndex((other) => sign * (other - time) >= 0),
  );
  const part = (time - times[i - 1]!) / (times[i]! - times[i - 1]!);
  return linear([1 - part, states[i - 1]!], [part, states[i]!]);
}
