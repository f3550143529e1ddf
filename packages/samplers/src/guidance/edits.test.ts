import { describe, expect, test } from '@jest/globals';
import {
  counterNoise,
  createRegistry,
  parseOptions,
  run,
  sample,
  straightPath,
  tensor,
  type RunOptions,
  type RunStep,
  type Tensor,
} from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import { samplersPlugin } from '../plugin.js';
import { uniformSpacing } from '../spacings/uniform.js';

const registry = createRegistry([samplersPlugin]);
const SIDE = 8;
const HASH = 'a'.repeat(64);
const MASK = 'b'.repeat(64);

/** A ramp from 0 to 1, and a mask that is white in its left half. */
const picture = tensor(
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => i / (SIDE * SIDE - 1)),
  [1, 1, SIDE, SIDE],
);
const mask = tensor(
  Float32Array.from({ length: SIDE * SIDE }, (_, i) => (i % SIDE < SIDE / 2 ? 1 : 0)),
  [1, 1, SIDE, SIDE],
);
/** The ramp in the model's range, −1 to 1. */
const image = picture.data.map((value) => 2 * value - 1);

type Named = readonly [name: string, options?: Record<string, unknown>];

function plan(guidances: readonly Named[], change: Partial<RunOptions> = {}): RunOptions {
  const model = gaussianModel({
    schedule: straightPath,
    prediction: 'flow',
    sampleShape: [1, SIDE, SIDE],
    deviation: 0.2,
  });
  return {
    model,
    schedule: straightPath,
    levels: uniformSpacing.levels(straightPath, 10, {}),
    sampler: registry.samplers.get('euler'),
    samplerOptions: {},
    guidances: guidances.map(([name, given = {}]) => {
      const guidance = registry.guidances.get(name);
      return { guidance, options: parseOptions(guidance.options, given, `guidance '${name}'`) };
    }),
    views: registry.views,
    shape: [2, ...model.sampleShape],
    conditions: [undefined, undefined],
    noise: counterNoise(1),
    resources: { asset: async (ref) => (ref === MASK ? mask : picture) },
    ...change,
  };
}

async function steps(options: RunOptions): Promise<readonly RunStep[]> {
  const all: RunStep[] = [];
  for await (const step of run(options)) all.push(step);
  return all;
}

const near = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
const rowOf = (x: Tensor, row: number) => x.data.slice(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);

describe('sdedit', () => {
  test('begins at α·image + σ·noise of the step named, and does the rest', async () => {
    const all = await steps(plan([['sdedit', { image: HASH, start: 7 }]]));
    expect(all.map(({ from }) => from.time.toFixed(1))).toEqual(['0.7', '0.8', '0.9']);
    const unit = counterNoise(1).normal({ slot: 'start', step: 0, draw: 0 }, [2, 1, SIDE, SIDE]);
    for (const row of [0, 1])
      expect(
        near(
          rowOf(all[0]!.before, row),
          image.map((value, i) => 0.7 * value + 0.3 * rowOf(unit, row)[i]!),
        ),
      ).toBeLessThan(1e-6);
  });

  test('a strength is the share of the steps that is done', async () => {
    for (const [strength, count] of [
      [1, 10],
      [0.35, 3],
      [0.1, 1],
    ] as const)
      expect(await steps(plan([['sdedit', { image: HASH, strength }]]))).toHaveLength(count);
    expect(await steps(plan([['sdedit', { image: HASH }]]))).toHaveLength(6);
  });

  test.each([
    [{ start: 10 }, "Guidance 'sdedit' would begin at step 10, but the run has the steps 0 to 9."],
    [{ strength: 0.01 }, 'would begin at step 10'],
    [
      { start: 1, strength: 0.5 },
      "Option 'strength' of guidance 'sdedit' is wrong: start says already where to begin.",
    ],
    [{ strength: NaN }, "Option 'strength' of guidance 'sdedit' must be a number"],
    [{ start: -1 }, 'must be at least 0, not -1'],
  ])('refuses %j', async (options, message) =>
    expect(async () => steps(plan([['sdedit', { image: HASH, ...options }]]))).rejects.toThrow(message),
  );

  test('refuses an image of another size', async () => {
    const resources = { asset: async () => tensor(new Float32Array(9), [1, 1, 3, 3]) };
    await expect(sample(plan([['sdedit', { image: HASH }]], { resources }))).rejects.toThrow(
      'The image has the shape [1, 3, 3], and the samples [1, 8, 8]; fit it to their size first.',
    );
  });
});

describe('inpaint', () => {
  const options = { image: HASH, mask: MASK };

  test('keeps the image outside of the mask, and draws what is inside', async () => {
    const all = await steps(plan([['inpaint', options]]));
    const { x } = all.at(-1)!;
    image.forEach((value, i) => {
      if (i % SIDE >= SIDE / 2) expect(x.data[i]).toBeCloseTo(value, 6);
    });
    const inside = Array.from(x.data).filter((_, i) => i % SIDE < SIDE / 2);
    expect(Math.max(...inside.map(Math.abs))).toBeLessThan(1); // the model's data is around 0
    // On the way, what is kept has the noise of its level.
    const kept = Array.from(all[4]!.x.data.slice(0, 64), (value, i) => value - 0.5 * image[i]!).filter(
      (_, i) => i % SIDE >= 4,
    );
    const deviation = Math.sqrt(kept.reduce((sum, value) => sum + value ** 2, 0) / kept.length);
    expect(Math.abs(deviation - 0.5)).toBeLessThan(0.15);
  });

  test('ends clean even where the last level has some noise, if asked to', async () => {
    const levels = [0, 0.5, 0.9].map((time) => straightPath.level(time));
    const [noisy, clean] = [false, true].map((keepClean) =>
      sample(plan([['inpaint', { ...options, keepClean }]], { levels })),
    );
    const off = (x: Tensor) =>
      Math.max(...Array.from(image, (value, i) => (i % SIDE < 4 ? 0 : Math.abs(x.data[i]! - value))));
    expect(off(await noisy!)).toBeGreaterThan(0.05);
    expect(off(await clean!)).toBeLessThan(1e-6);
  });

  test('refuses a mask of another size before the first step', async () => {
    const asset = async (ref: string) => (ref === MASK ? tensor([1], [1, 1, 1, 1]) : picture);
    await expect(run(plan([['inpaint', options]], { resources: { asset } })).next()).rejects.toThrow(
      'The mask has the shape [1, 1, 1]',
    );
  });

  test('goes on from a saved step to the same bytes', async () => {
    const whole = await steps(plan([['inpaint', options]]));
    const part = run(plan([['inpaint', options]]));
    for (let i = 0; i < 3; i++) await part.next();
    const state = ((await part.next()).value as RunStep).save();
    expect(await sample(plan([['inpaint', options]], { state }))).toEqual(whole.at(-1)!.x);
  });
});

describe('repaint', () => {
  const timesOf = async (options: Record<string, unknown>) =>
    (await steps(plan([['repaint', options]])))
      .map(({ to, data }) => `${data ? '' : '^'}${Math.round(to.time * 10)}`)
      .join(' ');

  test('goes over each stretch again, counted from the end', async () => {
    expect(await timesOf({ jumpLength: 5, resamples: 2 })).toBe('1 2 3 4 5 6 7 8 9 10 ^5 6 7 8 9 10');
    expect(await timesOf({ jumpLength: 4, resamples: 2 })).toBe('1 2 3 4 5 6 ^2 3 4 5 6 7 8 9 10 ^6 7 8 9 10');
    expect(await timesOf({ jumpLength: 5, resamples: 2, fromStart: true })).toBe(
      '1 2 3 4 5 ^0 1 2 3 4 5 6 7 8 9 10 ^5 6 7 8 9 10',
    );
    expect(await timesOf({ resamples: 1 })).toBe('1 2 3 4 5 6 7 8 9 10');
  });

  test('keeps what inpainting keeps, and begins where sdedit says', async () => {
    const all = await steps(
      plan([
        ['sdedit', { image: HASH, start: 6 }],
        ['repaint', { jumpLength: 2, resamples: 3 }],
        ['inpaint', { image: HASH, mask: MASK }],
      ]),
    );
    expect(all).toHaveLength(4 + 2 * 3);
    image.forEach((value, i) => {
      if (i % SIDE >= SIDE / 2) expect(all.at(-1)!.x.data[i]).toBeCloseTo(value, 6);
    });
    await expect(
      sample(
        plan([
          ['repaint', { jumpLength: 2 }],
          ['sdedit', { image: HASH }],
        ]),
      ),
    ).rejects.toThrow('list it before one that adds some');
  });
});

describe('project', () => {
  test('takes the given part from the image, and leaves the rest to the model', async () => {
    const part = 'low-pass:sigma=2:kernel=9';
    const x = await sample(plan([['project', { image: HASH, part }]]));
    const low = registry.views.get('low-pass').create({ sigma: 2, kernel: 9 }, [1, SIDE, SIDE]);
    // A blur is no projection proper: what was blurred twice stays near.
    const [got, given] = [low.inverse(x), low.inverse({ data: image, shape: picture.shape })].map(({ data }) =>
      data.slice(0, 64),
    );
    expect(near(got!, given!)).toBeLessThan(0.2);
    const plain = low.inverse(await sample(plan([])));
    expect(near(plain.data.slice(0, 64), given!)).toBeGreaterThan(0.5);
  });

  test('refuses a view that is no filter', async () =>
    expect(sample(plan([['project', { image: HASH, part: 'flip' }]]))).rejects.toThrow("The view 'flip' is no filter"));
});
