import { brokenCheck, failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { parseOptions, type Value } from '@ungrain/core';
import { z } from 'zod';
import { betaConfig, namedSchedule } from '../diffusers/noising/config.js';
import type { Named } from '../diffusers/sampler-choice.js';
import { createSchedule } from '../diffusers/levels.js';
import { cosineSchedule } from '../schedules/cosine.js';
import { linearSchedule } from '../schedules/linear.js';
import { scaledLinearSchedule } from '../schedules/scaled-linear.js';
import { sigmoidSchedule } from '../schedules/sigmoid.js';
import type { FileCheck } from './file-check.js';

const fileSchema = z.looseObject({
  cases: z.array(z.strictObject({ name: z.string(), config: z.record(z.string(), z.unknown()) })),
});

/** β and ᾱ of the trained schedules, as diffusers makes them of a config. */
export const checkBetas: FileCheck = async function* (source, path) {
  const { cases } = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  for (const { name, config } of cases) {
    const where = `${path.replace(/\.json$/, '')} ${name}`;
    try {
      const call = { scheduler: 'DDPMScheduler', config, setTimesteps: {} };
      yield* checkTables(where, namedSchedule(betaConfig(call)), (table) => tensors.get(`${name}/${table}`));
    } catch (error) {
      yield brokenCheck(where, error);
    }
  }
};

function* checkTables(where: string, named: Named, table: (name: string) => Value | undefined): Iterable<ParityCheck> {
  const betas = betasOf(named);
  const schedule = createSchedule(named);
  const kept = betas.map((_, time) => schedule.level(time).alpha ** 2);
  yield relative(`${where} betas`, betas, table('betas'), 1e-12);
  yield relative(`${where} alphas_cumprod`, kept, table('alphas_cumprod'), 1e-12);
  yield absolute(`${where} alphas_cumprod_f32`, kept, table('alphas_cumprod_f32'), 2e-6);
}

/** β of a schedule of this package, by its name. */
function betasOf({ name, options }: Named): readonly number[] {
  if (name === cosineSchedule.name) return cosineSchedule.betas(parseOptions(cosineSchedule.options, options, name));
  const entry = [linearSchedule, scaledLinearSchedule, sigmoidSchedule].find((one) => one.name === name)!;
  return entry.betas(parseOptions(entry.options, options, name));
}

type Compare = (name: string, actual: readonly number[], expected: Value | undefined, tolerance: number) => ParityCheck;

const comparedBy =
  (scale: (expected: number) => number): Compare =>
  (name, actual, expected, tolerance) => {
    if (expected?.data.length !== actual.length) return failedCheck(name, 'the table has another length');
    const errors = actual.map((value, i) => {
      const wanted = Number(expected.data[i]);
      return value === wanted ? 0 : Math.abs(value - wanted) / scale(wanted);
    });
    const error = Math.max(...errors);
    const worst = errors.indexOf(error);
    return {
      name,
      error,
      tolerance,
      note: `at time ${worst} it is ${actual[worst]} instead of ${expected.data[worst]}`,
    };
  };

const relative = comparedBy(Math.abs);
const absolute = comparedBy(() => 1);
