import { expect, test } from '@jest/globals';
import { createRegistry, parseRunSpec, type RunSpecInput } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { flowSchedule, samplersPlugin } from '@ungrain/samplers';
import { runNotes } from './run-notes.js';

const registry = createRegistry([samplersPlugin]);

test.each<[Partial<RunSpecInput>, 'none' | 'learned', RegExp[]]>([
  [{}, 'none', []],
  [{}, 'learned', [/^Sampler 'euler' has no use for the variance/]],
  [{ sampler: { name: 'ddpm' } }, 'learned', []],
  [
    { sampler: { name: 'dpm-adaptive' }, count: 2, noise: 'counter' },
    'none',
    [/^Sampler 'dpm-adaptive' chooses its steps for all samples together/],
  ],
  [{ sampler: { name: 'dpm-adaptive' }, count: 1, noise: 'counter' }, 'none', []],
  [{ sampler: { name: 'dpm-adaptive' }, count: 2, noise: 'torch' }, 'none', []],
])('of a run %j of a model whose variance is %s', (change, variance, notes) => {
  const model = gaussianModel({ schedule: flowSchedule.create({}), variance });
  const base = { model: 'm', sampler: { name: 'euler' }, spacing: { name: 'uniform' }, steps: 4, count: 1 };
  const found = runNotes(parseRunSpec({ ...base, ...change }), { model, registry });
  expect(found).toEqual(notes.map((note) => expect.stringMatching(note) as unknown));
});
