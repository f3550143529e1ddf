import { describe, expect, test } from '@jest/globals';
import { linear, modelDenoiser, parseOptions, straightPath, subtract, tensor } from '@ungrain/core';
import { gaussianModel } from '@ungrain/core/testing';
import fc from 'fast-check';
import { samplersPlugin } from '../plugin.js';
import { projectedUpdate } from './projected-update.js';
import { deviations, dots, norms } from './rows.js';
import { ask, expectClose, expectConsistent, level, prompt, query, velocity } from './testing/ask.js';

describe('cfg', () => {
  test('in its two forms', async () => {
    for (const [scale, base] of [
      [4, 'unconditional'],
      [3, 'conditional'],
    ] as const) {
      const { answer, conditional, unconditional } = await ask('cfg', { scale, base });
      for (const part of ['data', 'noise'] as const)
        expectClose(answer[part], linear([-3, unconditional[part]], [4, conditional[part]]));
    }
  });

  test('goes away from a negative condition instead of from none', async () => {
    const { answer, conditional, about } = await ask('cfg', { scale: 4, negative: -0.5 });
    const [negative] = await about({ ...query, conditions: prompt(-0.5) });
    expectClose(answer.data, linear([-3, negative!.data], [4, conditional.data]));
  });

  test('acts from ⌊start·n⌋ to before ⌊stop·n⌋, and by progress where n is not known', async () => {
    const acts = async (index: number, total: number | null) => {
      const { answer, conditional } = await ask('cfg', { start: 0.2, stop: 0.7 }, { index, total });
      return answer.data.data[0] !== conditional.data.data[0];
    };
    expect(await Promise.all([0, 1, 3, 4, 5].map((index) => acts(index, 6)))).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(await acts(9, null)).toBe(true);
  });

  test('rescaled all the way has the deviation of the conditional prediction, and is consistent', async () => {
    const { answer, conditional, unconditional } = await ask('cfg', { scale: 6, rescale: 1 });
    const guided = linear([-5, velocity(unconditional)], [6, velocity(conditional)]);
    expect(deviations(velocity(answer))[0]).toBeCloseTo(deviations(velocity(conditional))[0]!, 5);
    expect(deviations(guided)[0]! / deviations(velocity(conditional))[0]!).not.toBeCloseTo(1, 1);
    expectConsistent(answer);
  });
});

test('cfg++ guides the data and renoises without the condition', async () => {
  const { answer, conditional, unconditional } = await ask('cfg++', { scale: 0.6 });
  expectClose(answer.data, linear([0.4, unconditional.data], [0.6, conditional.data]));
  expect(answer.noise).toEqual(unconditional.noise);
});

test('limited-interval goes by the ratio of noise to data', async () => {
  const guided = async (low: number, high: number) => {
    const { answer, conditional } = await ask('limited-interval', { low, high }); // σ/α is 1.5
    return answer.data.data[0] !== conditional.data.data[0];
  };
  expect([await guided(1.4, 1.6), await guided(1.5, 2), await guided(0, 1.4)]).toEqual([true, false, false]);
});

describe('cfg-zero-star', () => {
  test('subtracts the multiple of the unconditional velocity that comes nearest', async () => {
    const { answer, conditional, unconditional } = await ask('cfg-zero-star', { scale: 3, zeroSteps: 0 });
    // v = 3·c − 2·s·u, so what is subtracted is s·u, and c − s·u stands upright on u.
    const fitted = linear([1.5, velocity(conditional)], [-0.5, velocity(answer)]);
    expect(dots(subtract(velocity(conditional), fitted), velocity(unconditional))[0]).toBeCloseTo(0, 4);
    expectConsistent(answer);
  });

  test('stands still in the first steps', async () => {
    const { answer } = await ask('cfg-zero-star', { zeroSteps: 2 }, { index: 1 });
    velocity(answer).data.forEach((value) => expect(value).toBeCloseTo(0, 5));
    expectConsistent(answer);
    const { answer: later } = await ask('cfg-zero-star', { zeroSteps: 2 }, { index: 2 });
    expect(norms(velocity(later))[0]).toBeGreaterThan(0.1);
  });
});

test('tangential-cfg takes of the unconditional prediction what lies along the first right singular vector', async () => {
  const { answer, conditional, unconditional } = await ask('tangential-cfg', { scale: 3 });
  const rows = [velocity(conditional), velocity(unconditional)];
  let first = rows[0]!; // power iteration of Σ rowᵢ·rowᵢᵀ
  for (let i = 0; i < 200; i++) {
    const next = linear(...rows.map((row) => [dots(row, first)[0]!, row] as const));
    first = linear([1 / norms(next)[0]!, next]);
  }
  const shared = linear([dots(rows[1]!, first)[0]!, first]);
  expectClose(velocity(answer), linear([3, rows[0]!], [-2, shared]));
});

test('magnitude-aware lies between the model and CFG', async () => {
  const { answer, conditional, unconditional } = await ask('magnitude-aware', { scale: 4, damping: 1 });
  const difference = subtract(velocity(conditional), velocity(unconditional));
  const weight = 3 * Math.exp(-norms(difference)[0]! / norms(velocity(unconditional))[0]!);
  expectClose(velocity(answer), linear([1, velocity(conditional)], [weight, difference]));
});

test('apg without part along the data: an update at right angles to it, and of limited length', () => {
  const numbers = fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(numbers, numbers, fc.constantFrom('sample' as const, 'channel' as const), (a, b, over) => {
      const [update, prediction] = [tensor(a, [1, 2, 2, 2]), tensor(b, [1, 2, 2, 2])];
      const projected = projectedUpdate(update, prediction, { eta: 0, threshold: 5, over });
      dots(projected, prediction, over).forEach((dot) => expect(Math.abs(dot)).toBeLessThan(5e-4));
      norms(projected, over).forEach((norm) => expect(norm).toBeLessThan(5.001));
      const whole = projectedUpdate(update, prediction, { eta: 1, threshold: 0, over });
      expect(norms(subtract(whole, update))).toEqual(norms(update).map(() => 0));
    }),
  );
});

test('auto-guidance goes away from a weaker model of another schedule', async () => {
  const cosine = samplersPlugin.schedules!.find(({ name }) => name === 'cosine')!;
  const schedule = cosine.create(parseOptions(cosine.options, {}, 'cosine'));
  const weaker = gaussianModel({ schedule, sampleShape: [2, 2, 2], deviation: 0.9 });
  const { answer, conditional } = await ask('auto-guidance', { model: 'weaker', scale: 3 }, { weaker });
  const same = gaussianModel({ schedule: straightPath, sampleShape: [2, 2, 2], deviation: 0.9 });
  const at = { from: level, to: straightPath.clean, index: 0, total: 1, progress: 0 };
  const [weak] = await modelDenoiser(same)([query], at);
  for (const part of ['data', 'noise'] as const)
    expectClose(answer[part], linear([-2, weak![part]], [3, conditional[part]]));
});

describe('perturbed', () => {
  test('adds up what leads away from the spoilt version and from none', async () => {
    const given = { scale: 2, cfg: 3 };
    for (const [base, start] of [
      ['conditional', 'conditional'],
      ['unconditional', 'unconditional'],
    ] as const) {
      const { about, ...asked } = await ask('perturbed', { ...given, base });
      const [spoilt] = await about({ ...query, variant: 'spoilt' });
      const { answer, conditional, unconditional } = asked;
      const expected = linear(
        [1, asked[start].data],
        [2, subtract(conditional.data, spoilt!.data)],
        [3, subtract(conditional.data, unconditional.data)],
      );
      expectClose(answer.data, expected);
    }
  });

  test('refuses a version that the model has not', async () => {
    const refused = { code: 'no-variant', message: "Model 'gaussian' offers no version 'soft'; known are spoilt." };
    await expect(ask('perturbed', { variant: 'soft' })).rejects.toMatchObject(refused);
  });
});
