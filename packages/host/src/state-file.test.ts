import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { branchSpec, createRegistry, parseRunSpec, torchNoise, type RunState } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { writeSafetensors } from '@ungrain/formats';
import { flowSchedule, samplersPlugin } from '@ungrain/samplers';
import { sampleRun, sampleToEnd } from './sample.js';
import { encodeState, readState } from './state-file.js';

let home = '';
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'state-'))));
afterAll(() => rm(home, { recursive: true }));

const registry = createRegistry([samplersPlugin]);
const model = gaussianModel({ schedule: flowSchedule.create({}), prediction: 'flow' });
const spec = parseRunSpec({
  model: 'gaussian',
  sampler: { name: 'ddim', options: { eta: 1 } },
  spacing: { name: 'uniform' },
  steps: 6,
  count: 2,
  conditions: [1, 2],
});
const record = { spec, shown: {}, assets: new Map<string, Uint8Array>() };
const path = () => join(home, 'run.safetensors');

/** The state of a run after so many steps. */
async function stateAfter(steps: number, of = spec): Promise<RunState> {
  for await (const step of sampleRun(of, { registry, model })) if (step.index + 1 === steps) return step.save();
  throw new Error('The run was shorter.');
}

test('a state comes back as it was, tensors and strange numbers included', async () => {
  const state: RunState = {
    ...(await stateAfter(2)),
    sampler: { $odd: [{ data: Float32Array.of(1, NaN), shape: [2] }, -Infinity, -0, 'x', null], $tensor: true },
    noise: torchNoise(3).save(),
  };
  await writeFile(path(), encodeState({ record, state }));
  expect(await readState(path())).toEqual({ record, state });
});

test('other files are refused', async () => {
  await writeFile(path(), writeSafetensors(new Map(), new Map([['ungrain', JSON.stringify(spec)]])));
  await expect(readState(path())).rejects.toMatchObject({ code: 'no-state' });
  const broken = new Map([
    ['ungrain', JSON.stringify(spec)],
    ['ungrain-state', '{"index": 2}'],
  ]);
  await writeFile(path(), writeSafetensors(new Map(), broken));
  await expect(readState(path())).rejects.toMatchObject({ code: 'bad-state' });
});

test.each(['torch', 'torch-per-sample', 'counter'] as const)(
  'a run goes on to the same bytes, with %s noise',
  async (noise) => {
    const whole = await sampleToEnd({ ...spec, noise }, { registry, model });
    const state = await stateAfter(4, { ...spec, noise });
    expect(await sampleToEnd({ ...spec, noise }, { registry, model, state })).toEqual(whole);
  },
);

test('a branch is a spec: run from its start, from a state before or at the change, it ends in the same', async () => {
  const change = { guidance: [{ name: 'cfg', options: { scale: 3 } }], seed: 9 };
  const branched = branchSpec(spec, 3, change);
  const whole = await sampleToEnd(branched, { registry, model });
  expect(whole).not.toEqual(await sampleToEnd(spec, { registry, model }));
  for (const [after, of] of [
    [2, branched],
    [3, spec],
    [3, branched],
    [5, branched],
  ] as const)
    expect(await sampleToEnd(branched, { registry, model, state: await stateAfter(after, of) })).toEqual(whole);
  const late = branchSpec(spec, 6, change);
  await expect(sampleToEnd(late, { registry, model })).rejects.toMatchObject({ code: 'change-order' });
});
