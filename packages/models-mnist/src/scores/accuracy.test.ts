import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accuracyOf } from './accuracy.js';

test('matches published Wilson intervals', () => {
  // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  expect(accuracyOf(81, 263).interval.map((x) => x.toFixed(4))).toEqual(['0.2553', '0.3662']);
  expect(accuracyOf(15, 148).interval.map((x) => x.toFixed(4))).toEqual(['0.0624', '0.1605']);
  expect(accuracyOf(0, 20).interval.map((x) => x.toFixed(4))).toEqual(['0.0000', '0.1611']);
  expect(accuracyOf(1, 29).interval.map((x) => x.toFixed(4))).toEqual(['0.0061', '0.1718']);
});

test('the interval lies in [0, 1] and round the accuracy', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(2000), (a, b) => {
      const [correct, total] = [Math.min(a, b), Math.max(a, b) + 1];
      const { accuracy, interval } = accuracyOf(correct, total);
      expect(interval[0]).toBeGreaterThanOrEqual(0);
      expect(interval[1]).toBeLessThanOrEqual(1);
      expect(interval[0]).toBeLessThanOrEqual(accuracy);
      expect(interval[1]).toBeGreaterThanOrEqual(accuracy);
    }),
  );
});

test('refuses shares of nothing', () => {
  expect(() => accuracyOf(0, 0)).toThrow(RangeError);
  expect(() => accuracyOf(3, 2)).toThrow(RangeError);
});
