import { describe, expect, test } from '@jest/globals';
import { counterNoise, parseOptions, run, sample, type NoiseLevel, type Sampler, type Tensor } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { createSchedule } from '../diffusers/levels.js';
import { adaptiveRungeKuttaSampler } from './adaptive-runge-kutta.js';
import { dpmAdaptiveSampler } from './dpm-adaptive.js';

const flow = createSchedule({ name: 'flow', options: {} });
const cosine = createSchedule({ name: 'cosine', options: {} });

const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

function plan<O>(sampler: Sampler<O>, schedule: typeof flow, options: object, levels: readonly NoiseLevel[]) {
  const model = gaussianModel({ schedule, deviation: 0.5, mean: 0.3, prediction: 'flow' });
  return {
    model,
    schedule,
    levels,
    sampler: sampler as Sampler,
    samplerOptions: parseOptions(sampler.options, options, sampler.name) as unknown,
    guidances: [],
    shape: [2, 1, 2, 2],
    conditions: [null, null],
    noise: counterNoise(7),
  };
}

/** The error at the end of one step of the run, and the model calls that it took. */
async function solve<O>(sampler: Sampler<O>, schedule: typeof flow, options: object, to: NoiseLevel) {
  const span = schedule.cleanest - schedule.noisiest;
  const from = schedule.level(schedule.noisiest + 0.05 * span);
  const planned = plan(sampler, schedule, options, [from, to]);
  for await (const { before, x } of run(planned))
    return { error: worst(x, planned.model.flow(before, from, to)), calls: planned.model.calls.length };
  throw new Error('no step');
}

const solvers = [
  ...['adaptive-heun', 'bosh3', 'dopri5', 'dopri8', 'fehlberg2'].map((method) => ({
    name: `adaptive-runge-kutta ${method}`,
    solver: (tolerance: number, schedule: typeof flow, to: NoiseLevel) =>
      solve(adaptiveRungeKuttaSampler, schedule, { method, rtol: tolerance, atol: tolerance }, to),
  })),
  ...[2, 3].map((order) => ({
    name: `dpm-adaptive of order ${order}`,
    solver: (tolerance: number, schedule: typeof flow, to: NoiseLevel) =>
      solve(dpmAdaptiveSampler, schedule, { order, rtol: tolerance, atol: tolerance }, to),
  })),
];

describe.each(solvers)('$name', ({ solver }) => {
  test.each([flow, cosine])(
    'on $name a tighter tolerance gives a smaller error for more model calls',
    async (schedule) => {
      const to = schedule.level(schedule.noisiest + 0.9 * (schedule.cleanest - schedule.noisiest));
      const [loose, tight] = [await solver(1e-2, schedule, to), await solver(1e-4, schedule, to)];
      expect(tight.error).toBeLessThan(Math.max(loose.error / 3, 1e-4));
      expect(tight.error).toBeLessThan(1e-2);
      expect(tight.calls).toBeGreaterThan(loose.calls);
    },
  );
});

describe.each([
  ['adaptive-runge-kutta', adaptiveRungeKuttaSampler],
  ['dpm-adaptive', dpmAdaptiveSampler],
] as const)('%s', (_, sampler) => {
  const whole = [flow.level(flow.noisiest), flow.clean];

  test('goes from pure noise to clean data in one step of the run', async () => {
    const planned = plan<unknown>(sampler, flow, { rtol: 1e-4, atol: 1e-4 }, whole);
    for await (const { before, x } of run(planned))
      expect(worst(x, planned.model.flow(before, whole[0]!, whole[1]!))).toBeLessThan(5e-3);
  });

  test('goes as far up as down', async () => {
    const [noisy, cleaner] = [cosine.level(900), cosine.level(200)];
    const planned = plan<unknown>(sampler, cosine, { rtol: 1e-4, atol: 1e-4 }, [noisy, cleaner, noisy]);
    let start: Tensor | undefined;
    let end: Tensor | undefined;
    for await (const { before, x } of run(planned)) {
      start ??= before;
      end = x;
    }
    expect(worst(start!, end!)).toBeLessThan(3e-3);
  });

  test('is given up after its largest number of steps, in one sentence', async () => {
    const planned = plan<unknown>(sampler, flow, { rtol: 1e-6, atol: 1e-6, maxSteps: 3 }, whole);
    await expect(sample(planned)).rejects.toMatchObject({
      code: 'too-many-steps',
      message: expect.stringMatching(/has taken 3 steps and come no further than time .*maxSteps\.$/) as unknown,
    });
  });

  test('refuses a state of another sampler', async () => {
    const planned = plan<unknown>(sampler, cosine, {}, [cosine.level(900), cosine.level(800), cosine.level(700)]);
    for await (const step of run(planned)) {
      await expect(sample({ ...planned, state: { ...step.save(), sampler: { h: 'x' } } })).rejects.toMatchObject({
        code: 'bad-state',
      });
      break;
    }
  });
});
