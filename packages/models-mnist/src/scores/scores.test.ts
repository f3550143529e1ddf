import { describe, expect, test } from '@jest/globals';
import { TorchGenerator, tensor, type Tensor } from '@ungrain/core';
import fc from 'fast-check';
import { energyDistance } from './energy-distance.js';
import { frechetDistance } from './frechet-distance.js';
import { kernelDistance } from './kernel-distance.js';
import { momentsOf } from './moments.js';
import { precisionRecall } from './precision-recall.js';
import { gatherRows } from './rows.js';

const gaussian = (seed: number, count: number, width: number, shift = 0): Tensor => {
  const { data, shape } = new TorchGenerator(seed).randn([count, width]);
  return { data: data.map((value) => value + shift), shape };
};

/** Sets of small whole numbers, so that sums are exact, with many ties. */
const sets = (width: number) => {
  const set = fc
    .array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: width, maxLength: width }), { minLength: 4 })
    .map((rows) => tensor(rows.flat(), [rows.length, width]));
  return fc.tuple(set, set);
};
const each = (width: number, property: (a: Tensor, b: Tensor) => void): void =>
  fc.assert(fc.property(sets(width), ([a, b]) => property(a, b)));

describe('Fréchet distance', () => {
  const distance = (a: Tensor, b: Tensor): number => frechetDistance(momentsOf(a), momentsOf(b)).distance;

  test('has its closed form (μ₁ − μ₂)² + (s₁ − s₂)² in one dimension', () => {
    each(1, (a, b) => {
      const [first, second] = [a, b].map((set) => {
        const { mean, covariance } = momentsOf(set);
        return { mean: mean[0]!, deviation: Math.sqrt(covariance.get(0, 0)) };
      });
      const expected = (first!.mean - second!.mean) ** 2 + (first!.deviation - second!.deviation) ** 2;
      expect(distance(a, b)).toBeCloseTo(expected, 7);
    });
  });

  test('is 0 from a set to itself, even a singular one, and the same both ways', () => {
    each(3, (a, b) => {
      expect(Math.abs(distance(a, a))).toBeLessThan(1e-6);
      expect(distance(a, b)).toBeCloseTo(distance(b, a), 6);
    });
  });

  test('of shifted sets is the squared shift', () => {
    const set = gaussian(1, 200, 5);
    const shifted = { ...set, data: set.data.map((value) => value + 2) };
    expect(distance(set, shifted)).toBeCloseTo(5 * 4, 5);
  });
});

test('the kernel distance is unbiased: 0 on average for one distribution, whatever the size', () => {
  const values = Array.from({ length: 200 }, (_, i) =>
    kernelDistance(gaussian(2 * i, 20, 2), gaussian(2 * i + 1, 30, 2)),
  );
  const mean = (of: readonly number[]): number => of.reduce((sum, value) => sum + value, 0) / of.length;
  expect(Math.abs(mean(values.map(({ unbiased }) => unbiased)))).toBeLessThan(0.3);
  expect(mean(values.map(({ biased }) => biased))).toBeGreaterThan(0.7);
  expect(kernelDistance(gaussian(1, 50, 2), gaussian(2, 50, 2, 3)).unbiased).toBeGreaterThan(100);
});

test('the energy distance is a distance', () => {
  each(2, (a, b) => {
    expect(energyDistance(a, a)).toBeCloseTo(0, 10);
    expect(energyDistance(a, b)).toBeGreaterThanOrEqual(-1e-10);
    expect(energyDistance(a, b)).toBeCloseTo(energyDistance(b, a), 10);
  });
});

describe('precision and recall', () => {
  test('a set covers itself', () => {
    each(2, (a) => expect(precisionRecall(a, a, 2)).toMatchObject({ precision: 1, recall: 1, coverage: 1 }));
  });

  test('sets far apart do not cover each other', () => {
    const scores = precisionRecall(gaussian(1, 40, 3), gaussian(2, 40, 3, 100), 3);
    expect(scores).toEqual({ precision: 0, recall: 0, density: 0, coverage: 0 });
  });

  test('exchanging the sets exchanges precision and recall', () => {
    each(2, (a, b) => expect(precisionRecall(a, b, 2).precision).toBe(precisionRecall(b, a, 2).recall));
  });

  test('one look, repeated with small changes, is precise and recalls little', () => {
    const real = gaussian(1, 200, 4);
    const copies = gatherRows(real, new Array<number>(200).fill(0)).data;
    const noise = gaussian(2, 200, 4).data;
    const alike = tensor(
      copies.map((value, i) => value + 0.05 * noise[i]!),
      [200, 4],
    );
    const { precision, recall } = precisionRecall(real, alike, 3);
    expect(precision).toBe(1);
    expect(recall).toBeLessThan(0.02);
  });
});

test('refuses sets that cannot be compared', () => {
  const [set, wider] = [gaussian(1, 10, 2), gaussian(1, 10, 3)];
  expect(() => kernelDistance(set, wider)).toThrow('Features of widths 2 and 3 cannot be compared.');
  expect(() => frechetDistance(momentsOf(set), momentsOf(wider))).toThrow(RangeError);
  expect(() => momentsOf(gaussian(1, 1, 2))).toThrow('at least 2 rows');
  expect(() => precisionRecall(set, set, 10)).toThrow('at least 11 rows');
  expect(() => precisionRecall(set, set, 0.5)).toThrow('whole number');
});
