import { expect, test } from '@jest/globals';
import { TorchGenerator } from '@ungrain/core';
import { errorOverHalves, randomHalves } from './random-halves.js';

test.each([200, 201])('the error of a mean of %i numbers is σ/√n', (count) => {
  const { data } = new TorchGenerator(1).randn([count]);
  const mean = (items: Uint32Array): number => items.reduce((sum, i) => sum + data[i]!, 0) / items.length;
  const whole = mean(Uint32Array.from(data.keys()));
  const variance = data.reduce((sum, value) => sum + (value - whole) ** 2, 0) / (count - 1);
  const values = Array.from(randomHalves(count, { draws: 2000 }), mean);
  expect(errorOverHalves(values, count) / Math.sqrt(variance / count)).toBeCloseTo(1, 1);
});

test('halves repeat nothing, and the same seed gives the same', () => {
  const halves = [...randomHalves(11, { draws: 5 })];
  expect(halves.map((half) => new Set(half).size)).toEqual([5, 5, 5, 5, 5]);
  expect([...randomHalves(11, { draws: 5 })]).toEqual(halves);
  expect([...randomHalves(11, { draws: 5, seed: 1 })]).not.toEqual(halves);
});

test('refuses what has no halves', () => {
  expect(() => [...randomHalves(1)]).toThrow('1 items have no halves.');
});
