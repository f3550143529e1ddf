import { describe, expect, test } from '@jest/globals';
import {
  counterNoise,
  createRegistry,
  parseOptions,
  run,
  sample,
  torchNoise,
  type Guidance,
  type Model,
  type NoiseLevel,
  type Prediction,
  type RunOptions,
  type RunStep,
  type Sampler,
  type Schedule,
  type ScheduleEntry,
  type Tensor,
  tensor,
} from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { z } from 'zod';
import { samplersPlugin } from './plugin.js';
import { uniformSpacing } from './spacings/uniform.js';

/** The order of convergence of a sampler, with options that make it deterministic. */
interface Convergence {
  readonly sampler: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly order: number;
  /** Two numbers of steps whose errors are compared: fewer where the error soon is as small as float32 rounds. */
  readonly steps?: readonly [coarse: number, fine: number];
  /** Multi-step methods: so many steps end where they should, so that the order is that of the steps after them. */
  readonly given?: number;
  /** The schedules where it can be measured, if not all: elsewhere the errors of its first steps and the others cancel. */
  readonly on?: readonly string[];
}

const LONG = { steps: [24, 72], on: ['cosine', 'linear', 'sigmoid'] } as const;
const THIRD_ORDER = ['data', 'noise'].map((predicted) => ({ order: 3, predicted, lowerOrderFinal: false }));

/**
 * Of every deterministic sampler. A new one may be added here; every other law finds it by itself. Multi-step methods that
 * start with a step of Euler's are of order 2 for it, whatever comes then, unless their first steps are `given`.
 */
const ORDERS: readonly Convergence[] = [
  { sampler: 'ddim', order: 1 },
  { sampler: 'deis', order: 2 },
  { sampler: 'deis', options: { order: 3, lowerOrderFinal: false }, order: 3, given: 2, steps: [24, 72] },
  {
    sampler: 'deis',
    options: { order: 4, lowerOrderFinal: false },
    order: 4,
    given: 3,
    steps: [24, 48],
    on: ['sigmoid'],
  },
  { sampler: 'dpm-fast', order: 2 },
  { sampler: 'dpm-fast', options: { finish: '2' }, order: 3, steps: [6, 18] },
  { sampler: 'dpm-singlestep', order: 2 },
  { sampler: 'dpm-singlestep', options: { order: 3 }, order: 3, steps: [24, 72], on: ['linear', 'sigmoid'] },
  { sampler: 'dpm-solver', options: { order: 1 }, order: 1 },
  { sampler: 'dpm-solver', order: 2 },
  { sampler: 'dpm-solver', options: { predicted: 'noise' }, order: 2 },
  ...THIRD_ORDER.map((options) => ({ sampler: 'dpm-solver', options, order: 3, given: 2, ...LONG })),
  { sampler: 'dpm2', order: 2 },
  { sampler: 'dpm2-ancestral', options: { eta: 0 }, order: 2 },
  { sampler: 'dpmpp-2m', order: 2 },
  { sampler: 'dpmpp-2m-sde', options: { eta: 0, solverType: 'heun' }, order: 2 },
  { sampler: 'dpmpp-2s-ancestral', options: { eta: 0 }, order: 2 },
  { sampler: 'dpmpp-sde', options: { eta: 0 }, order: 2 },
  { sampler: 'dpmpp-3m-sde', options: { eta: 0 }, order: 3, given: 2, ...LONG },
  { sampler: 'euler', order: 1 },
  { sampler: 'euler-ancestral', options: { eta: 0 }, order: 1 },
  { sampler: 'euler-ancestral', options: { eta: 0, down: 'straight' }, order: 1 },
  { sampler: 'heun', options: { space: 'sigma' }, order: 2 },
  { sampler: 'heun', order: 2 },
  { sampler: 'ipndm', order: 2, on: ['linear', 'sigmoid'] },
  { sampler: 'lms', options: { order: 1 }, order: 1 },
  { sampler: 'lms', options: { order: 2 }, order: 2 },
  { sampler: 'lms', options: { order: 3 }, order: 3, given: 2, steps: [24, 72] },
  { sampler: 'lms', options: { order: 4 }, order: 4, given: 3, steps: [36, 72], on: ['linear', 'sigmoid'] },
  { sampler: 'pndm', order: 2 },
  { sampler: 'pndm', options: { carries: 'v' }, order: 1 },
  { sampler: 'pndm', options: { start: 'heun' }, order: 2 },
  { sampler: 'runge-kutta', order: 4, steps: [2, 6] },
  { sampler: 'sa-solver', options: { tau: 0 }, order: 2 },
  { sampler: 'tcd', options: { gamma: 0 }, order: 1 },
  { sampler: 'unipc', order: 2 },
  // The corrector, which looks ahead, adds one to the order of the predictor.
  {
    sampler: 'unipc',
    options: { order: 3, lowerOrderFinal: false },
    order: 4,
    given: 3,
    steps: [16, 32],
    on: ['cosine', 'flow'],
  },
  { sampler: 'unipc', options: { solverType: 'bh1', predicted: 'noise' }, order: 2 },
];

/** Samplers for models that say where the ODE ends; 'tcd' wants to know where it is on the way, which none here says. */
const DISTILLED: readonly string[] = ['consistency', 'lcm'];
const ON_THE_WAY: readonly string[] = ['tcd'];

/** Samplers that choose their steps by the error in all samples, so that each depends a little on the others. */
const SHARED_STEPS: readonly string[] = ['adaptive-runge-kutta', 'dpm-adaptive'];
const WITHIN_TOLERANCE = 0.01;

const registry = createRegistry([samplersPlugin]);

const create = (entry: ScheduleEntry): Schedule => entry.create(parseOptions(entry.options, {}, entry.name));

/** One of each kind, for every sampler; the other schedules are walked by the samplers of `SCOUTS`. */
const FOR_ALL: readonly string[] = ['cosine', 'flow', 'linear', 'sigmoid'];
const SCOUTS: readonly string[] = ['ddim', 'heun'];

const schedules = registry.schedules.all.filter(({ name }) => FOR_ALL.includes(name)).map(create);

const pairs = registry.samplers.all.flatMap((sampler) =>
  (SCOUTS.includes(sampler.name) ? registry.schedules.all.map(create) : schedules).map((schedule) => ({
    name: `${sampler.name} on ${schedule.name}`,
    sampler,
    schedule,
  })),
);

function plan(sampler: Sampler, model: Model, change: Partial<RunOptions> = {}): RunOptions {
  const { schedule, sampleShape } = model;
  return {
    model,
    schedule,
    levels: uniformSpacing.levels(schedule, 12, {}),
    sampler,
    samplerOptions: parseOptions(sampler.options, {}, sampler.name),
    guidances: [],
    shape: [2, ...sampleShape],
    conditions: [0.25, -0.5],
    noise: torchNoise(100),
    ...change,
  };
}

/** Laws that take many steps are tried on a diffusion and on a flow. */
const few = pairs.filter(({ schedule }) => ['cosine', 'flow'].includes(schedule.name));

const worst = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i]!)));

const ofFour = (value: number): number[] => [value, value, value, value];

function moments({ data }: Tensor): { mean: number; deviation: number } {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  return { mean, deviation: Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length) };
}

describe.each(pairs)('$name', ({ sampler, schedule }) => {
  test('finds data that is a single point, in one step or many', async () => {
    const model = gaussianModel({ schedule, prediction: 'flow', deviation: 0 });
    for (const steps of [1, 2, 30]) {
      const levels = uniformSpacing.levels(schedule, steps, {});
      const found = await sample(plan(sampler, model, { levels }));
      expect(worst(found, tensor([...ofFour(0.25), ...ofFour(-0.5)], found.shape))).toBeLessThan(1e-5);
    }
  });

  test('does not care what the model predicts', async () => {
    const kinds: readonly Prediction[] = ['sample', 'v', 'flow', 'epsilon'];
    // In pure noise ε says nothing of the data, and just below it float32 says little to solvers in σ/α.
    const levels = toClean(schedule, 12);
    const [first, ...others] = await Promise.all(
      kinds.map((prediction) => sample(plan(sampler, gaussianModel({ schedule, prediction }), { levels }))),
    );
    for (const other of others) expect(worst(other, first!)).toBeLessThan(1e-3);
  });

  test('is pure: the same input gives the same bytes', async () => {
    const model = gaussianModel({ schedule });
    expect(await sample(plan(sampler, model))).toEqual(await sample(plan(sampler, model)));
  });

  test('gives a sample the same bytes in any batch, with counter noise', async () => {
    const model = gaussianModel({ schedule });
    const both = await sample(plan(sampler, model, { noise: counterNoise(7) }));
    const alone = await sample(
      plan(sampler, model, { noise: counterNoise(7), shape: [1, ...model.sampleShape], conditions: [0.25] }),
    );
    const first = tensor(both.data.slice(0, alone.data.length), alone.shape);
    expect(worst(first, alone)).toBeLessThanOrEqual(SHARED_STEPS.includes(sampler.name) ? WITHIN_TOLERANCE : 0);
  });

  test('goes on from a saved step to the same bytes', async () => {
    const model = gaussianModel({ schedule });
    const whole = await sample(plan(sampler, model));
    for await (const step of run(plan(sampler, model))) {
      if (step.index % 5 !== 1) continue;
      expect(await sample(plan(sampler, model, { noise: torchNoise(0), state: step.save() }))).toEqual(whole);
    }
  });

  test('stops when it is aborted', async () => {
    const controller = new AbortController();
    const steps = run(plan(sampler, gaussianModel({ schedule }), { signal: controller.signal }));
    expect(((await steps.next()).value as RunStep).index).toBe(0);
    controller.abort();
    await expect(steps.next()).rejects.toMatchObject({ code: 'aborted' });
  });
});

describe.each(few.filter(({ sampler }) => !ON_THE_WAY.includes(sampler.name)))('$name', ({ sampler, schedule }) => {
  test('gives samples with the mean and the deviation of the data', async () => {
    const answers = DISTILLED.includes(sampler.name) ? 'ends' : 'averages';
    const model = gaussianModel({ schedule, mean: 0.3, deviation: 0.5, sampleShape: [1, 32, 32], answers });
    const levels = toClean(schedule, 100);
    const { mean, deviation } = moments(await sample(plan(sampler, model, { levels, conditions: [null, null] })));
    // 2048 pixels: three standard errors are 0.033 and 0.023. What 100 steps add is largest for ddpm, 0.03 too narrow.
    expect(Math.abs(mean - 0.3)).toBeLessThan(0.05);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.05);
  });
});

describe.each(ORDERS)('$sampler', ({ sampler: name, options = {}, order, steps = [24, 96], given = 0, on }) => {
  test.each(schedules.filter((schedule) => on?.includes(schedule.name) ?? true))(
    `converges with order ${order} on $name, with options ${JSON.stringify(options)}`,
    async (schedule) => {
      const sampler = registry.samplers.get(name);
      const model = gaussianModel({ schedule, deviation: 0.5 });
      const samplerOptions = parseOptions(sampler.options, options, name);
      const errorOf = async (count: number): Promise<number> => {
        const levels = between(schedule, 0.1, 0.6, count);
        let start: Tensor | undefined;
        let end: Tensor | undefined;
        const exact: Guidance = {
          name: 'exact',
          summary: '',
          options: z.strictObject({}),
          create: async () => ({
            constrain: (x, { index, to }) => (index < given ? model.flow(start!, levels[0]!, to) : x),
            begin: (begun) => ({ ...begun, x: (start = begun.x) }),
          }),
        };
        const guidances = [{ guidance: exact, options: {} }];
        const change = { levels, conditions: [null, null], samplerOptions, guidances };
        for await (const { x } of run(plan(sampler, model, change))) end = x;
        return worst(end!, model.flow(start!, levels[0]!, levels.at(-1)!));
      };
      const [coarse, fine] = [await errorOf(steps[0]), await errorOf(steps[1])];
      const measured = Math.log(coarse / fine) / Math.log(steps[1] / steps[0]);
      expect(Math.abs(measured - order)).toBeLessThan(order / 10);
    },
  );
});

/** Levels at equal steps of time over a part of a schedule, with noise at both ends. */
function between(schedule: Schedule, start: number, end: number, steps: number): readonly NoiseLevel[] {
  const { noisiest, cleanest } = schedule;
  return Array.from({ length: steps + 1 }, (_, i) =>
    schedule.level(noisiest + (cleanest - noisiest) * (start + ((end - start) * i) / steps)),
  );
}

/** From a little below the noisiest level, which may be pure noise, to clean data. */
const toClean = (schedule: Schedule, steps: number): readonly NoiseLevel[] => [
  ...between(schedule, 0.02, 0.98, steps - 1),
  schedule.clean,
];
