import { describe, expect, test } from '@jest/globals';
import {
  counterNoise,
  createRegistry,
  parseOptions,
  run,
  sample,
  straightPath,
  tensor,
  type Energy,
  type Guidance,
  type Model,
  type Prediction,
  type RunOptions,
  type Tensor,
} from '@ungrain/core';
import { gaussianModel, type GaussianModel, type GaussianModelOptions } from '@ungrain/core/testing';
import { samplersPlugin } from '../plugin.js';
import { ddimSampler } from '../samplers/ddim.js';

/** What a guidance cannot do without. */
const IMAGE = 'ab'.repeat(32);
const NEEDED: Readonly<Record<string, object>> = {
  'auto-guidance': { model: 'weaker' },
  energy: { name: 'bowl' },
  hybrid: { sigma: 1, kernel: 3 },
  inpaint: { image: IMAGE, mask: IMAGE },
  mix: { with: 0.9, end: [0.2, 0.8] },
  project: { image: IMAGE, part: 'low-pass:sigma=1:kernel=3' },
  sdedit: { image: IMAGE, start: 1 },
};

const { guidances, views } = createRegistry([samplersPlugin]);

const picture = tensor([0, 1, 1, 0.5], [1, 1, 2, 2]);

/** ½·‖image − 0.2‖² */
const bowl: Energy = {
  range: [-1, 1],
  accepts: () => true,
  read: async ({ data, shape }) => ({
    energies: [],
    gradient: { data: data.map((value) => value - 0.2), shape },
  }),
  dispose: async () => undefined,
};

const weaker = gaussianModel({ schedule: straightPath, mean: -0.5, deviation: 0.9 });

const model = (options: Partial<GaussianModelOptions> = {}): GaussianModel => ({
  ...gaussianModel({ schedule: straightPath, mean: 0.1, ...options }),
  variants: ['spoilt'],
});

function plan(guidance: Guidance, on: Model, change: object = {}, options: Partial<RunOptions> = {}): RunOptions {
  const given = { ...NEEDED[guidance.name], ...change };
  return {
    model: on,
    schedule: on.schedule,
    levels: [0.05, 0.2, 0.4, 0.6, 0.8, 1].map((time) => on.schedule.level(time)),
    sampler: ddimSampler,
    samplerOptions: parseOptions(ddimSampler.options, { eta: 0.5 }, 'ddim'),
    guidances: [{ guidance, options: parseOptions(guidance.options, given, guidance.name) }],
    shape: [2, 1, 2, 2],
    conditions: [0.6, -0.4],
    noise: counterNoise(7),
    views,
    resources: { model: async () => weaker, energy: async () => bowl, asset: async () => picture },
    ...options,
  };
}

const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

describe.each(guidances.all.map((guidance) => ({ name: guidance.name, guidance })))('$name', ({ guidance }) => {
  test('gives finite samples, the same for the same input, and does not change what it is given', async () => {
    const [a, b] = [await sample(plan(guidance, model())), await sample(plan(guidance, model()))];
    expect(a.data.every(Number.isFinite)).toBe(true);
    expect(a).toEqual(b);
    const states: [state: Tensor, copy: Float32Array][] = [];
    for await (const { before, x, data } of run(plan(guidance, model())))
      for (const state of [before, x, data!]) states.push([state, state.data.slice()]);
    for (const [{ data }, copy] of states) expect(data).toEqual(copy);
  });

  test('asks the model once in each step', async () => {
    const on = model();
    let steps = 0;
    for await (const { total } of run(plan(guidance, on))) steps = total;
    expect(on.calls).toHaveLength(steps);
  });

  test('gives a sample the same bytes in any batch', async () => {
    const both = await sample(plan(guidance, model()));
    const alone = await sample(plan(guidance, model(), {}, { shape: [1, 1, 2, 2], conditions: [0.6] }));
    expect(both.data.slice(0, 4)).toEqual(alone.data);
  });

  test('goes on from a saved step to the same bytes', async () => {
    const whole = await sample(plan(guidance, model()));
    for await (const step of run(plan(guidance, model())))
      expect(await sample(plan(guidance, model(), {}, { state: step.save(), noise: counterNoise(0) }))).toEqual(whole);
  });

  test('means the same whatever the model predicts', async () => {
    const measured = 'space' in (parseOptions(guidance.options, NEEDED[guidance.name] ?? {}, '') as object);
    const kinds: readonly Prediction[] = ['epsilon', 'sample', 'v', 'flow'];
    const [first, ...others] = await Promise.all(
      kinds.map((prediction) => sample(plan(guidance, model({ prediction }), measured ? { space: 'sample' } : {}))),
    );
    for (const other of others) expect(worst(other, first!)).toBeLessThan(1e-3);
  });

  test('keeps a learned variance', async () => {
    const on = model({ variance: 'learned-range', rawVariance: 0.25 });
    const context = { ...plan(guidance, on) };
    const seen: unknown[] = [];
    const sampler = {
      ...ddimSampler,
      step: async (...[x, from, to, state, step]: Parameters<typeof ddimSampler.step>) => {
        seen.push((await step.denoise(x, from)).variance?.data[0]);
        return ddimSampler.step(x, from, to, state, step);
      },
    };
    await sample({ ...context, sampler: sampler });
    expect(new Set(seen)).toEqual(new Set([0.25]));
  });
});

describe('options that cannot be meant', () => {
  const refused: readonly (readonly [string, object, string])[] = [
    ['cfg', { scale: NaN }, "Option 'scale' of guidance 'cfg' must be a number, not NaN."],
    ['cfg', { scale: 1e9 }, "Option 'scale' of guidance 'cfg' must be at most 1000, not 1000000000."],
    ['cfg', { start: 0.7, stop: 0.2 }, "Option 'stop' of guidance 'cfg' is wrong: it comes before start."],
    ['apg', { momentum: -1 }, "Option 'momentum' of guidance 'apg' must be more than -1, not -1."],
    [
      'limited-interval',
      { low: 5, high: 2 },
      "Option 'high' of guidance 'limited-interval' is wrong: it is below low.",
    ],
    ['auto-guidance', {}, "Option 'model' of guidance 'auto-guidance' is wrong: name a weaker model, or weights of"],
    [
      'mix',
      { with: [1, 2], weights: [1, 1] },
      "Option 'weights' of guidance 'mix' is wrong: each list of weights has one",
    ],
    ['perturbed', { cfgStart: 0.5, cfgStop: 0 }, "Option 'cfgStop' of guidance 'perturbed' is wrong: it comes before"],
    ['cfg++', { scale: 5 }, "Option 'scale' of guidance 'cfg++' must be at most 1, not 5."],
  ];
  test.each(refused)('%s with %j', (name, given, message) => {
    const parse = () => parseOptions(guidances.get(name).options, given, `guidance '${name}'`);
    expect(parse).toThrow(expect.objectContaining({ code: 'bad-option' }));
    expect(parse).toThrow(message);
  });
});
