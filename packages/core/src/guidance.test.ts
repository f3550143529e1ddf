import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { Denoised, Denoiser, StepPoint } from './denoiser.js';
import { checkGuidanceOrder, guide, type Guidance, type GuidanceRun } from './guidance.js';
import { map, tensor } from './tensor.js';

const level = { time: 0, alpha: 1, sigma: 0 };
const at: StepPoint = { from: level, to: level, index: 0, total: 1, progress: 0 };
const base: Denoiser = async (queries) => queries.map(({ x }) => ({ data: x, noise: x }));

const guidance = (name: string, place?: 'outermost'): Guidance => ({
  name,
  summary: '',
  options: z.strictObject({}),
  ...(place && { place }),
  create: async () => ({}),
});

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

describe('checkGuidanceOrder', () => {
  const threshold = guidance('threshold', 'outermost');
  const rescale = guidance('rescale', 'outermost');
  const cfg = guidance('cfg');

  test('outermost guidances come first', () => {
    checkGuidanceOrder([]);
    checkGuidanceOrder([threshold]);
    checkGuidanceOrder([threshold, rescale, cfg]);
  });

  test('and are refused after others', () => {
    const check = () => checkGuidanceOrder([threshold, cfg, rescale]);
    expect(check).toThrow(expect.objectContaining({ code: 'guidance-order' }));
    expect(check).toThrow("Guidance 'rescale' must see the final estimate, but comes after 'cfg'");
  });
});
