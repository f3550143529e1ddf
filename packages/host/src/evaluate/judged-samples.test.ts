import { expect, test } from '@jest/globals';
import { createRegistry, parseRunSpec, straightPath, type Model, type Tensor } from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { samplersPlugin } from '@ungrain/samplers';
import { z } from 'zod';
import { classAccuracy } from './class-accuracy.js';
import { judgeSamples } from './judged-samples.js';
import type { EvaluationProgress } from './progress.js';

const registry = createRegistry([samplersPlugin]);

/** Draws one pixel that says its class; of class 2 it draws 0. */
const model: Model = {
  name: 'dots',
  schedule: straightPath,
  prediction: 'sample',
  variance: 'none',
  sampleShape: [1, 1, 1],
  accepts: () => true,
  range: [0, 1],
  maxRows: 100,
  condition: z.int().min(0).max(2).optional(),
  defaults: {},
  encode: async (raw) => raw.map((digit) => ({ c: { data: Float32Array.of(digit as number), shape: [1] } })),
  unconditional: (condition) => condition,
  predict: async ({ conditions }) => ({
    data: Float32Array.from(conditions, ({ c }) => (c!.data[0] === 2 ? 0 : c!.data[0]!)),
    shape: [conditions.length, 1, 1, 1],
  }),
  dispose: async () => undefined,
};

const judge: Judge = {
  async read({ data }: Tensor) {
    const features = { data, shape: [data.length, 1] };
    return { digits: Array.from(data, Math.round), probabilities: features, features };
  },
  dispose: async () => undefined,
};

const spec = parseRunSpec({
  model: 'dots',
  sampler: { name: 'euler' },
  spacing: { name: 'uniform' },
  steps: 2,
  count: 10,
});

test('counts, class by class, what the judge reads', async () => {
  const progress: number[] = [];
  const onProgress = ({ done }: EvaluationProgress) => void progress.push(done);
  const samples = await judgeSamples(spec, { registry, model, judge, batch: 4, onProgress });
  const { perClass, ...all } = classAccuracy(samples);
  expect(perClass.map(({ class: digit, correct, total }) => [digit, correct, total])).toEqual([
    [0, 4, 4],
    [1, 3, 3],
    [2, 0, 3],
  ]);
  expect(all).toMatchObject({ correct: 7, total: 10, accuracy: 0.7 });
  expect(progress).toEqual([2, 4, 6, 8, 9, 10]);
  expect(samples.callsPerSample).toBe(2);
});

test('does not depend on the batches', async () => {
  const [whole, parts] = await Promise.all(
    [100, 3].map((batch) => judgeSamples(spec, { registry, model, judge, batch })),
  );
  expect(parts).toEqual(whole);
});

test('refuses a model that is not conditioned on a class', async () => {
  const prompted: Model = { ...model, condition: z.string() };
  await expect(judgeSamples(spec, { registry, model: prompted, judge })).rejects.toMatchObject({
    code: 'no-classes',
  });
});
