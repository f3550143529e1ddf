/**
 * What someone who installs core and samplers would write: a model of their own, sampled by name. check-packages.mjs
 * copies this file into an empty folder and runs it there.
 */
import assert from 'node:assert/strict';
import {
  createRegistry,
  full,
  parseRunSpec,
  planRun,
  runNoise,
  sample,
  straightPath,
  UngrainError,
} from '@ungrain/core';
import { samplersPlugin } from '@ungrain/samplers';

/** A model whose every image is a grey of 0.25, and which knows it. */
const grey = {
  name: 'grey',
  schedule: straightPath,
  prediction: 'sample',
  variance: 'none',
  sampleShape: [1, 2, 2],
  range: [0, 1],
  maxRows: 8,
  condition: { safeParse: (data) => ({ success: true, data }) },
  defaults: {},
  accepts: () => true,
  encode: async (raw) => raw.map(() => ({})),
  unconditional: (condition) => condition,
  predict: async ({ x }) => full(x.shape, 0.25),
  dispose: async () => {},
};

const registry = createRegistry([samplersPlugin]);
for (const kind of ['schedules', 'spacings', 'samplers', 'guidances'])
  console.log(kind, registry[kind].names.join(' '));

const spec = parseRunSpec({
  model: 'grey',
  sampler: { name: 'euler' },
  spacing: { name: 'uniform' },
  steps: 4,
  count: 3,
});
const images = await sample({ ...planRun(spec, registry, grey), noise: runNoise(spec) });
assert.deepEqual(images, full([3, 1, 2, 2], 0.25));
assert.throws(() => registry.samplers.get('eulr'), UngrainError);
