import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { straightPath } from './flow.js';
import type { Guidance, GuidanceRun } from './guidance.js';
import { counterNoise, torchNoise, type NoiseKey, type NoiseSource } from './random/index.js';
import { run, sample, type RunOptions, type RunStep } from './run.js';
import type { Sampler } from './sampler.js';
import { add, linear, scale, type Tensor } from './tensor.js';
import { gaussianModel } from './testing/index.js';

/** A two-step sampler that adds noise: it remembers the last estimate, so that a run has every kind of state. */
const restless: Sampler = {
  name: 'restless',
  summary: '',
  options: z.strictObject({}),
  uses: 'both',
  async step(x, from, to, state, { denoise, noise, index }) {
    const { data, noise: rest } = await denoise(x, from);
    const mean = state === null ? data : linear([1.5, data], [-0.5, state as Tensor]);
    const fresh = noise.normal({ slot: 'sampler', step: index, draw: 0 }, x.shape);
    return { x: linear([to.alpha, mean], [0.8 * to.sigma, rest], [0.6 * to.sigma, fresh]), data, state: data };
  },
};

/** Adds to x how many steps it has seen, and noise of its own. */
const counting: Guidance = {
  name: 'counting',
  summary: '',
  options: z.strictObject({}),
  async create(): Promise<GuidanceRun> {
    let seen = 0;
    return {
      constrain: (x, { index }, noise) =>
        linear([1, x], [0.01 * ++seen, noise.normal({ slot: 'own', step: index, draw: 0 }, x.shape)]),
      save: () => seen,
      restore: (state) => void (seen = state as number),
    };
  },
};

const levels = [0, 0.2, 0.4, 0.6, 0.8, 1].map((time) => straightPath.level(time));

const plan = (change: Partial<RunOptions> = {}): RunOptions => ({
  model: gaussianModel({ schedule: straightPath, prediction: 'flow', mean: 0.3 }),
  schedule: straightPath,
  levels,
  sampler: restless,
  samplerOptions: {},
  guidances: [{ guidance: counting, options: {} }],
  shape: [2, 1, 2, 2],
  conditions: [undefined, 0.5],
  noise: torchNoise(100),
  ...change,
});

async function collect(options: RunOptions): Promise<readonly RunStep[]> {
  const steps: RunStep[] = [];
  for await (const step of run(options)) steps.push(step);
  return steps;
}

/** Passes noise through and writes down what was asked for. */
function listening(source: NoiseSource): NoiseSource & { readonly asked: string[] } {
  const asked: string[] = [];
  const normal = (key: NoiseKey, shape: readonly number[]) => {
    asked.push(`${key.slot} ${key.step}`);
    return source.normal(key, shape);
  };
  return { ...source, normal, asked };
}

describe('run', () => {
  test('yields each step, with its levels, its start and a preview, and returns the samples', async () => {
    const steps = await collect(plan());
    expect(steps.map(({ index, total, from, to }) => [index, total, from.time, to.time])).toEqual([
      [0, 5, 0, 0.2],
      [1, 5, 0.2, 0.4],
      [2, 5, 0.4, 0.6],
      [3, 5, 0.6, 0.8],
      [4, 5, 0.8, 1],
    ]);
    expect(steps[0]!.before).toEqual(torchNoise(100).normal({ slot: 'start', step: 0, draw: 0 }, [2, 1, 2, 2]));
    steps.slice(1).forEach((step, i) => expect(step.before).toBe(steps[i]!.x));
    expect(steps.every(({ data }) => data?.shape[0] === 2)).toBe(true);
    expect(await sample(plan())).toEqual(steps.at(-1)!.x);
  });

  test('makes one call of the model in each step', async () => {
    const options = plan();
    const model = gaussianModel({ schedule: straightPath });
    await sample({ ...options, model });
    expect(model.calls).toHaveLength(5);
  });

  test("draws noise in a notebook's order: x first, then what each step adds, then what guidances add to it", async () => {
    const noise = listening(torchNoise(1));
    await sample(plan({ noise, levels: levels.slice(3) }));
    expect(noise.asked).toEqual(['start 0', 'sampler 0', 'counting-0/own 0', 'sampler 1', 'counting-0/own 1']);
  });

  test.each([
    ['torch', () => torchNoise(100)],
    ['counter', () => counterNoise(100)],
  ])('goes on from a saved step to the same bytes, with %s noise', async (_, noise) => {
    const whole = await sample(plan({ noise: noise() }));
    for (const stop of [0, 2, 4]) {
      const steps = run(plan({ noise: noise() }));
      for (let index = 0; index < stop; index++) await steps.next();
      const state = ((await steps.next()).value as RunStep).save();
      // Noise of another seed: the saved one takes its place.
      const rest = await collect(plan({ noise: noise(), state }));
      expect(rest.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4].slice(stop + 1));
      expect(rest.at(-1)?.x ?? state.x).toEqual(whole);
      expect(await sample(plan({ noise: noise(), state }))).toEqual(whole);
    }
  });

  test('can be saved until the next step is asked for', async () => {
    const stale = expect.objectContaining({ code: 'stale-step' });
    const steps = run(plan());
    const first = (await steps.next()).value as RunStep;
    first.save();
    const next = steps.next();
    expect(() => first.save()).toThrow(stale);
    await next;
    expect(() => first.save()).toThrow(stale);
    // The last step stays as it is.
    const last = (await collect(plan())).at(-1)!;
    expect(last.save()).toMatchObject({ index: 5, x: last.x });
  });

  test('refuses the state of another run', async () => {
    const step = (await run(plan()).next()).value as RunStep;
    const state = step.save();
    const refused = { code: 'bad-state' };
    await expect(sample(plan({ state, shape: [1, 1, 2, 2], conditions: [1] }))).rejects.toMatchObject(refused);
    await expect(sample(plan({ state, guidances: [] }))).rejects.toMatchObject(refused);
    await expect(sample(plan({ state: { ...state, index: 9 } }))).rejects.toMatchObject(refused);
    await expect(sample(plan({ state: 'nonsense' }))).rejects.toMatchObject(refused);
  });

  test('stops between two steps when it is aborted', async () => {
    const controller = new AbortController();
    const model = gaussianModel({ schedule: straightPath });
    const aborted = async () => {
      for await (const { index } of run(plan({ model, signal: controller.signal })))
        if (index === 1) controller.abort();
    };
    await expect(aborted()).rejects.toMatchObject({ code: 'aborted', kind: 'failure' });
    expect(model.calls).toHaveLength(2);
    await expect(sample(plan({ signal: controller.signal }))).rejects.toMatchObject({ code: 'aborted' });
  });

  test('a guidance may begin elsewhere, with the noise already drawn', async () => {
    const sdedit: Guidance = {
      ...counting,
      create: async () => ({
        begin: ({ noise, moves }) => {
          const from = moves[1]!.to;
          return { noise, from, moves: moves.slice(2), x: scale(noise, from.sigma) };
        },
      }),
    };
    const steps = await collect(plan({ guidances: [{ guidance: sdedit, options: {} }] }));
    expect(steps.map(({ from, index, total }) => [from.time, index, total])).toEqual([
      [0.4, 0, 3],
      [0.6, 1, 3],
      [0.8, 2, 3],
    ]);
  });

  test('moves may add noise again, which ends what the sampler remembers', async () => {
    const repaint: Guidance = {
      ...counting,
      create: async () => ({
        begin: (start) => ({
          ...start,
          moves: [start.moves[0]!, { do: 'renoise', to: start.from }, ...start.moves],
        }),
      }),
    };
    const steps = await collect(plan({ guidances: [{ guidance: repaint, options: {} }] }));
    expect(steps).toHaveLength(7);
    expect(steps[1]).toMatchObject({ from: { time: 0.2 }, to: { time: 0 }, data: null });
  });

  test('asks an adaptive sampler again until it has arrived', async () => {
    const halves: Sampler = {
      ...restless,
      async step(x, from, to, state) {
        const time = to.time - from.time < 0.06 ? to.time : (from.time + to.time) / 2;
        const count = ((state as number | null) ?? 0) + 1;
        return { x: add(x, x), data: x, state: count, reached: time === to.time ? to : straightPath.level(time) };
      },
    };
    const steps = await collect(plan({ sampler: halves, guidances: [], levels: levels.slice(0, 2) }));
    expect(steps).toHaveLength(1);
    expect(steps[0]!.x).toEqual(scale(steps[0]!.before, 8)); // 0 → 0.1 → 0.15 → 0.2
  });

  test('aligns an image once, after x was drawn, and shows it to the model', async () => {
    const noise = listening(torchNoise(1));
    const model = {
      ...gaussianModel({ schedule: straightPath }),
      align: async (image: Tensor, shape: readonly number[], source: NoiseSource) =>
        add(image, source.normal({ slot: 'low', step: 0, draw: 0 }, shape)),
    };
    const image = torchNoise(2).normal({ slot: 'image', step: 0, draw: 0 }, [2, 1, 2, 2]);
    await sample(plan({ model, noise, image, levels: levels.slice(4) }));
    expect(noise.asked.slice(0, 2)).toEqual(['start 0', 'align/low 0']);
    expect(model.calls[0]!.aligned?.shape).toEqual([2, 1, 2, 2]);
    await expect(sample(plan({ model }))).rejects.toMatchObject({ code: 'missing-image' });
  });

  test('guidances may encode conditions, and are told when something is not there', async () => {
    const asking: Guidance = {
      ...counting,
      async create(_, { condition, asset }) {
        expect(await condition(2)).toEqual({ mean: { data: Float32Array.of(2), shape: [1] } });
        await expect(condition('cat')).rejects.toMatchObject({ code: 'bad-option' });
        await asset('mask');
        return {};
      },
    };
    const options = plan({ guidances: [{ guidance: asking, options: {} }] });
    await expect(sample(options)).rejects.toMatchObject({ code: 'missing-resource' });
    await expect(sample({ ...options, resources: {} })).rejects.toThrow("A guidance needs an image, 'mask'");
    const asset = async () => scale(await sample(plan()), 0);
    expect((await sample({ ...options, resources: { asset } })).shape).toEqual([2, 1, 2, 2]);
  });

  test('guidances may ask other models, and energies', async () => {
    const weaker = gaussianModel({ schedule: straightPath, mean: -1 });
    const asking: Guidance = {
      ...counting,
      async create(_, { denoiser, energy }) {
        await expect(energy('judge', {})).rejects.toMatchObject({ code: 'missing-resource' });
        const weak = await denoiser(null, 'early');
        return { denoise: () => weak };
      },
    };
    const options = plan({ guidances: [{ guidance: asking, options: {} }] });
    await expect(sample(options)).rejects.toThrow("A guidance needs another model, 'gaussian'");
    const asked: unknown[] = [];
    const model = async (...named: unknown[]) => (asked.push(named), weaker);
    await sample({ ...options, resources: { model } });
    expect(asked).toEqual([['gaussian', 'early']]);
    expect(weaker.calls).toHaveLength(5);
  });

  test('needs levels', async () => {
    await expect(sample(plan({ levels: [] }))).rejects.toMatchObject({ code: 'no-levels' });
  });
});
