import { expect, test } from '@jest/globals';
import { straightPath, type RunPlan } from '@ungrain/core';
import { passed, type ParityCheck } from '@ungrain/core/parity';
import { mixtureModel } from '@ungrain/core/testing';
import { ddpmSampler } from '../samplers/ddpm.js';
import { eulerSampler } from '../samplers/euler.js';
import { replay, type Recording } from './replay.js';

const schedule = straightPath;
const levels = [0.2, 0.5, 0.75, 1].map((time) => schedule.level(time));
const shape = [1, 1, 1, 3];
const model = mixtureModel({ schedule, sampleShape: shape.slice(1) });

const plan: RunPlan = {
  model,
  schedule,
  levels,
  sampler: eulerSampler,
  samplerOptions: {},
  guidances: [],
  shape,
  conditions: [undefined],
};

/** Euler's method in double precision, as another library might have recorded it, in the coordinates x/α. */
function recording(change: Partial<Recording> = {}): Recording {
  const states = [Float64Array.of(0.3, -1.2, 2.1)];
  for (const [i, to] of levels.slice(1).entries())
    states.push(
      states[i]!.map((value, x) => {
        const { data, noise } = model.answer(value * levels[i]!.alpha, [0, 0, x], levels[i]!);
        return data + (to.sigma / to.alpha) * noise;
      }),
    );
  return {
    name: 'case',
    states,
    noise: [],
    calls: levels.slice(0, -1),
    scale: ({ alpha }) => alpha,
    tolerance: { state: 1e-6, level: 1e-12 },
    ...change,
  };
}

async function checksOf(of: Recording, change: Partial<RunPlan> = {}): Promise<readonly ParityCheck[]> {
  const checks: ParityCheck[] = [];
  for await (const check of replay({ ...plan, ...change }, of)) checks.push(check);
  return checks;
}

const failed = (checks: readonly ParityCheck[]) => checks.filter((check) => !passed(check)).map(({ name }) => name);

test('agrees with a run that is the same', async () => {
  const checks = await checksOf(recording());
  expect(failed(checks)).toEqual([]);
  expect(checks.map(({ name }) => name)).toEqual(['case step 1', 'case step 2', 'case step 3', 'case calls']);
});

test('names the step whose state is off, and says where', async () => {
  const states = recording().states.map((state, i) => (i === 2 ? state.with(1, state[1]! + 1e-5) : state));
  const checks = await checksOf(recording({ states }));
  expect(failed(checks)).toEqual(['case step 2']);
  expect(checks[1]!.note).toMatch(/^element 1 is /);
  const notNumbers = states.map((state, i) => (i > 0 ? state.with(0, NaN) : state));
  expect(failed(await checksOf(recording({ states: notNumbers })))).toEqual([
    'case step 1',
    'case step 2',
    'case step 3',
  ]);
});

test('notices a call at another level, and a call too many', async () => {
  const calls = levels.slice(0, -1).map((level, i) => (i === 1 ? { ...level, alpha: level.alpha + 1e-9 } : level));
  expect(failed(await checksOf(recording({ calls })))).toEqual(['case calls']);
  const { states } = recording();
  expect(failed(await checksOf(recording({ states: states.slice(0, -1), calls: levels.slice(0, 2) })))).toEqual([
    'case step 3',
    'case calls',
  ]);
});

test('hands each step the noise that was recorded from its first call on, and fails where there is none', async () => {
  const value = { data: Float32Array.of(1, 2, 3), shape };
  const noise = [0, 1].map((after) => ({ after, value }));
  const ddpm = { sampler: ddpmSampler, samplerOptions: { variance: 'small' } };
  expect(failed(await checksOf(recording({ noise }), ddpm))).not.toContain('case');
  const checks = await checksOf(recording({ noise: noise.slice(0, 1) }), ddpm);
  expect(checks.at(-1)).toMatchObject({ name: 'case', note: expect.stringContaining("draw 0 of step 1, 'sampler'") });
});
