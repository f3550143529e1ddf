import { expect, test } from '@jest/globals';
import { createRegistry, parseRunSpec, straightPath, UngrainError, type Plugin, type Sampler } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { ddimSampler, eulerSampler, heunSampler, samplersPlugin } from '@ungrain/samplers';
import { z } from 'zod';
import { rehearse } from './model-calls.js';
import { usableSamplers } from './usable-samplers.js';

const refusing: Sampler = {
  name: 'refusing',
  summary: '',
  options: z.strictObject({}),
  uses: 'data',
  step: async () => {
    throw new UngrainError('no-alpha', 'It cannot begin at pure noise.');
  },
};
const plugin: Plugin = {
  ...samplersPlugin,
  samplers: [ddimSampler, heunSampler, eulerSampler, refusing] as readonly Sampler[],
};
const registry = createRegistry([plugin]);
const model = gaussianModel({ schedule: straightPath, prediction: 'flow' });
const spec = parseRunSpec({
  model: 'gaussian',
  sampler: { name: 'euler' },
  spacing: { name: 'uniform' },
  steps: 10,
  conditions: [0.5], // without one, both questions of cfg are one
  guidance: [{ name: 'cfg', options: { scale: 3 } }],
});

test("the run's own sampler comes first; twins and those that refuse are left out", async () => {
  const { usable, leftOut } = await usableSamplers(spec, registry, model);
  expect(usable).toEqual(['euler', 'heun']);
  expect(leftOut).toEqual([
    { name: 'ddim', reason: 'it does here what euler does' },
    { name: 'refusing', reason: 'It cannot begin at pure noise' },
  ]);
});

test.each([
  ['euler', 3, 20],
  ['euler', 1, 10],
  ['heun', 3, 38],
])('a rehearsal of %s with γ = %d counts %d calls, and none of the model itself', async (sampler, scale, calls) => {
  const guidance = [{ name: 'cfg', options: { scale } }];
  const run = { ...spec, sampler: { name: sampler, options: {} }, guidance };
  expect((await rehearse(run, registry, model)).calls).toBe(calls);
  expect(model.calls).toEqual([]);
});
