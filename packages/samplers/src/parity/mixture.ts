import { straightPath, UngrainError, type Schedule, type Shape } from '@ungrain/core';
import type { ParitySource } from '@ungrain/core/parity';
import {
  mixtureModel,
  type MixtureComponent,
  type MixtureModel,
  type MixtureModelOptions,
} from '@ungrain/core/testing';
import { z } from 'zod';
import type { FileCheck } from './file-check.js';

/** The analytic model that stands in for a network in every file of the folder. */
export const MIXTURE_FILE = 'model.json';

const waves = z.tuple([z.number(), z.number(), z.number(), z.number(), z.number()]);

const fileSchema = z.object({
  params: z.object({ w: z.number(), s_a: z.number(), s_b: z.number(), a: waves, b: waves }),
  shape: z.array(z.int()),
  mu_a: z.array(z.array(z.array(z.number()))),
  mu_b: z.array(z.array(z.array(z.number()))),
  probe: z.array(
    z.object({
      x: z.number(),
      alpha: z.number(),
      sigma: z.number(),
      which: z.enum(['mix', 'a', 'b']),
      at: z.tuple([z.int(), z.int(), z.int(), z.int()]),
      x0: z.number(),
      eps: z.number(),
    }),
  ),
  tolerance: z.number(),
});
type MixtureFile = z.output<typeof fileSchema>;

/** The parts of a model that a case chooses. */
export type MixtureChoices = Pick<MixtureModelOptions, 'prediction' | 'variance' | 'rawVariance' | 'told'>;

/** The folder's model, on any schedule. */
export async function readMixture(
  source: ParitySource,
): Promise<(schedule: Schedule, sampleShape: Shape, choices?: MixtureChoices) => MixtureModel> {
  const { params } = fileSchema.parse(await source.json(MIXTURE_FILE));
  const components = componentsOf(params);
  return (schedule, sampleShape, choices = {}) =>
    mixtureModel({ ...choices, ...components, weight: params.w, schedule, sampleShape });
}

function componentsOf({ s_a, s_b, a, b }: MixtureFile['params']): { a: MixtureComponent; b: MixtureComponent } {
  return {
    a: { mean: (c, y, x) => a[0] * Math.sin(a[1] * c + a[2] * y + a[3] * x + a[4]), deviation: s_a },
    b: { mean: (c, y, x) => b[0] + b[1] * Math.cos(b[2] * c + b[3] * y + b[4] * x), deviation: s_b },
  };
}

/**
 * What variance channels hold where x holds a value, from the formula as it is written: `tanh(1.5*x)`,
 * `0.02*(1.5+tanh(1.5*x))`.
 */
export function varianceFormula(formula: string): (x: number) => number {
  const found = /^(?:([\d.e-]+)\*\(([\d.e-]+)\+)?tanh\(([\d.e-]+)\*x\)\)?$/.exec(formula);
  if (!found) throw new UngrainError('bad-reference', `The variance channel '${formula}' is no formula known here.`);
  const [scale, offset, slope] = [found[1] ?? '1', found[2] ?? '0', found[3]].map(Number) as [number, number, number];
  return (x) => scale * (offset + Math.tanh(slope * x));
}

/** The model itself: its means, and its answers where the file asked for some. */
export const checkMixture: FileCheck = async function* (source) {
  const file = fileSchema.parse(await source.json(MIXTURE_FILE));
  const components = componentsOf(file.params);
  for (const [name, means, { mean }] of [
    ['mu_a', file.mu_a, components.a],
    ['mu_b', file.mu_b, components.b],
  ] as const) {
    const errors = means.flatMap((rows, c) =>
      rows.flatMap((row, y) => row.map((expected, x) => Math.abs(mean(c, y, x) - expected))),
    );
    yield { name: `model ${name}`, error: Math.max(0, ...errors), tolerance: file.tolerance };
  }
  const model = (await readMixture(source))(straightPath, file.shape.slice(1));
  for (const [i, { x, alpha, sigma, which, at, x0, eps }] of file.probe.entries()) {
    const [, ...place] = at;
    const { data, noise } = model.answer(x, place, { time: 0, alpha, sigma }, which === 'mix' ? undefined : which);
    const [dataError, noiseError] = [relative(data, x0), relative(noise, eps)];
    yield { name: `model probe ${i}`, error: Math.max(dataError, noiseError), tolerance: file.tolerance };
  }
};

const relative = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
