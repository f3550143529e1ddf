import { expect, test } from '@jest/globals';
import { TorchGenerator } from '@ungrain/core';
import { standardErrors } from './random-halves.js';

test.each([200, 201])('of a mean of %i it is σ/√n', (count) => {
  const { data } = new TorchGenerator(1).randn([count]);
  const mean = (items: Uint32Array): number => items.reduce((sum, i) => sum + data[i]!, 0) / items.length;
  const whole = mean(Uint32Array.from(data.keys()));
  const variance = data.reduce((sum, value) => sum + (value - whole) ** 2, 0) / (count - 1);
  const [error, twice] = standardErrors(count, (items) => [mean(items), 2 * mean(items)], { draws: 2000 });
  expect(error! / Math.sqrt(variance / count)).toBeCloseTo(1, 1);
  expect(twice).toBeCloseTo(2 * error!, 12);
});

test('the same seed gives the same halves', () => {
  const first = (items: Uint32Array): readonly number[] => [items[0]!];
  expect(standardErrors(10, first)).toEqual(standardErrors(10, first));
  expect(standardErrors(10, first, { seed: 1 })).not.toEqual(standardErrors(10, first));
});

test('refuses what has no halves', () => {
  expect(() => standardErrors(1, () => [0])).toThrow('1 items have no halves.');
});
