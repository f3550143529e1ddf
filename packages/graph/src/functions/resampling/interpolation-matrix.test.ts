import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { antialiasMatrix, cubic, interpolationMatrix, tent } from './interpolation-matrix.js';

const size = fc.integer({ min: 1, max: 12 });

describe('interpolation matrices', () => {
  test.each([
    ['bilinear', tent],
    ['bicubic', cubic(-0.75)],
  ])('%s rows sum to one, so that a constant image stays as it is', (_name, kernel) => {
    fc.assert(
      fc.property(size, size, fc.boolean(), (from, to, alignCorners) => {
        const line = { size: from, out: to, spacing: from / to };
        for (const matrix of [interpolationMatrix(line, kernel, alignCorners), antialiasMatrix(line, kernel)])
          for (const row of matrix) expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      }),
    );
  });

  test('the same size is the identity', () => {
    const line = { size: 3, out: 3, spacing: 1 };
    for (const matrix of [interpolationMatrix(line, cubic(-0.75), false), antialiasMatrix(line, tent)])
      expect(matrix).toEqual([
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ]);
  });

  test('bilinear doubling mixes neighbours 3 : 1 and repeats the edge', () => {
    expect(interpolationMatrix({ size: 2, out: 4, spacing: 0.5 }, tent, false)).toEqual([
      [1, 0],
      [0.75, 0.25],
      [0.25, 0.75],
      [0, 1],
    ]);
  });

  test('antialiased halving averages with a tent over four pixels', () => {
    const [, middle] = antialiasMatrix({ size: 6, out: 3, spacing: 2 }, tent);
    expect(middle).toEqual([0, 0.125, 0.375, 0.375, 0.125, 0]);
  });
});
