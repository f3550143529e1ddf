import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { constantRate, exponentialDecay } from './learning-rate.js';

test('the exponential rate is a tenth of itself after all epochs, and falls by the same factor each epoch', () => {
  const epochs = 10;
  const rate = exponentialDecay(1e-2, epochs);
  expect(rate(0)).toBe(1e-2);
  expect(rate(epochs)).toBeCloseTo(1e-3, 12);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 }), (epoch) => {
      expect(rate(epoch + 1) / rate(epoch)).toBeCloseTo(0.1 ** (1 / epochs), 12);
    }),
  );
});

test('the constant rate stays', () => {
  expect([0, 1, 99].map(constantRate(3e-4))).toEqual([3e-4, 3e-4, 3e-4]);
});
