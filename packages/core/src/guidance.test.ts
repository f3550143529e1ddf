import { describe, expect, test } from '@jest/globals';
import type { Denoised, Denoiser, StepPoint } from './denoiser.js';
import { guide, type GuidanceRun } from './guidance.js';
import { map, tensor } from './tensor.js';

const level = { time: 0, alpha: 1, sigma: 0 };
const at: StepPoint = { from: level, to: level, index: 0, total: 1, progress: 0 };
const base: Denoiser = async (queries) => queries.map(({ x }) => ({ data: x, noise: x }));

/** Changes the data of every answer. */
const change = (f: (x: number) => number): GuidanceRun => ({
  denoise: (inner) => async (queries, point) =>
    (await inner(queries, point)).map((answer): Denoised => ({ ...answer, data: map(answer.data, f) })),
});

describe('guide', () => {
  const ask = async (...runs: GuidanceRun[]): Promise<number> => {
    const [answer] = await guide(base, runs)([{ x: tensor([3], [1]), level, conditions: [{}] }], at);
    return answer!.data.data[0]!;
  };
  const double = change((x) => 2 * x);
  const increment = change((x) => x + 1);

  test('the first of a list wraps the ones after it', async () => {
    expect(await ask(double, increment)).toBe(8); // 2·(3 + 1)
    expect(await ask(increment, double)).toBe(7); // 2·3 + 1
  });

  test('guidances that do not denoise are left out', async () => {
    expect(await ask({}, double, {})).toBe(6);
    expect(await ask()).toBe(3);
  });
});
