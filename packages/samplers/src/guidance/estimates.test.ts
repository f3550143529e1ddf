import { describe, expect, test } from '@jest/globals';
import { linear, straightPath, type Energy } from '@ungrain/core';
import { ask, expectClose, expectConsistent, level, prompt, query, x } from './testing/ask.js';

describe('mix', () => {
  test('is without + Σ w·(condition − without)', async () => {
    const { answer, about } = await ask('mix', { with: [0.1, -0.9], weights: [1.5, -0.5, 0.25] });
    const [own, a, b, none] = await about(
      ...[prompt(0.8), prompt(0.1), prompt(-0.9), [{}]].map((conditions) => ({ ...query, conditions })),
    );
    expectClose(answer.data, linear([1.5, own!.data], [-0.5, a!.data], [0.25, b!.data], [-0.25, none!.data]));
    expectConsistent(answer);
  });

  test('changes its weights evenly on the way', async () => {
    const given = { with: 0, weights: [1, 0], end: [0, 1], start: 0.25, stop: 0.75 };
    const shares = await Promise.all(
      [0, 1, 2, 3].map(async (index) => {
        const { answer, conditional, about } = await ask('mix', given, { index });
        const [other] = await about({ ...query, conditions: prompt(0) });
        const [from, to] = [conditional.data.data[0]!, other!.data.data[0]!];
        return (answer.data.data[0]! - from) / (to - from);
      }),
    );
    [0, 0, 0.5, 1].forEach((share, index) => expect(shares[index]).toBeCloseTo(share, 4));
  });

  test('of conditions asks for what lies between them', async () => {
    const { answer, about } = await ask('mix', { with: 0.2, weights: [0.75, 0.25], by: 'conditions' });
    const [between] = await about({ ...query, conditions: prompt(0.65) });
    expectClose(answer.data, between!.data);
    const none = ask('mix', { with: 0.2, weights: [0.5, 0.2], by: 'conditions' });
    await expect(none).rejects.toMatchObject({ code: 'mix-conditions' });
  });
});

describe('energy', () => {
  /** ½·‖image − 0.5‖², of images in [0, 1]. */
  const energy: Energy = {
    range: [0, 1],
    accepts: (shape) => shape[0] === 2,
    read: async ({ data, shape }) => ({
      energies: [],
      gradient: { data: data.map((value) => value - 0.5), shape },
    }),
    dispose: async () => undefined,
  };

  test('goes down the slope at the data, in the range that the energy reads', async () => {
    const { answer, conditional } = await ask('energy', { name: 'grey', scale: 2, repeats: 2 }, { energy });
    // image = (data + 1)/2, so ∇ by the data is ½·(image − ½) = data/4; r² = σ²/(α² + σ²)
    const kept = (1 - (2 * 0.36) / 0.52 / 4) ** 2;
    expectClose(answer.data, linear([kept, conditional.data]));
    expectConsistent(answer);
  });

  test('leaves clean data alone, and refuses samples that it cannot read', async () => {
    const clean = { ...query, level: straightPath.clean };
    const { answer, conditional } = await ask('energy', { name: 'grey' }, { energy, query: clean });
    expect(answer).toEqual(conditional);
    const blind = { ...energy, accepts: () => false };
    await expect(ask('energy', { name: 'grey' }, { energy: blind })).rejects.toMatchObject({ code: 'energy-shape' });
  });
});

test('dynamic-threshold clips to a quantile and divides by it, but never enlarges', async () => {
  const loud = { ...query, x: linear([4, x]) };
  const { answer, conditional } = await ask('dynamic-threshold', { ratio: 1 }, { query: loud });
  const largest = Math.max(...conditional.data.data.map(Math.abs));
  expect(largest).toBeGreaterThan(1);
  expectClose(answer.data, linear([1 / largest, conditional.data]));
  expect(answer.noise).toEqual(conditional.noise);
  const clipped = await ask('dynamic-threshold', { ratio: 1, ceiling: 1, noise: 'implied' }, { query: loud });
  expect(Math.max(...clipped.answer.data.data.map(Math.abs))).toBe(1);
  expectClose(linear([level.alpha, clipped.answer.data], [level.sigma, clipped.answer.noise]), loud.x);
  const quiet = await ask('dynamic-threshold', {}, { query: { ...query, x: linear([0.1, x]) } });
  expect(quiet.answer.data).toEqual(quiet.conditional.data);
});
