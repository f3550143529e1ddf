import { describe, expect, test } from '@jest/globals';
import { attempt, compareArrays, compareValues } from './compare.js';
import { passed } from './contract.js';

describe('compareArrays', () => {
  test('counts what differs where elements have to be equal', () => {
    expect(compareArrays('x', [1, 2, NaN], [1, 3, 4], 'equal')).toMatchObject({ error: 2, tolerance: 0 });
    expect(passed(compareArrays('x', [1n, 2n], [1n, 2n], 'equal'))).toBe(true);
  });

  test('takes the largest distance where they have to be near', () => {
    const check = compareArrays('x', [1, 2], [1, 2.5], { absolute: 0.6 });
    expect(check).toEqual({ name: 'x', error: 0.5, tolerance: 0.6, note: 'element 1 is 2 instead of 2.5' });
    expect(passed(compareArrays('x', [NaN], [1], { absolute: 9 }))).toBe(false);
    expect(passed(compareArrays('x', [1], [NaN], { absolute: 9 }))).toBe(false);
  });

  test('measures in steps of float32', () => {
    const next = Math.fround(3 + 2 ** -22);
    expect(compareArrays('x', [next], [3], { float32Steps: 1 }).error).toBe(1);
  });

  test('refuses another number of elements', () => {
    expect(passed(compareArrays('x', [1], [1, 2], 'equal'))).toBe(false);
  });
});

describe('compareValues', () => {
  const value = { dtype: 'float32', data: Float32Array.of(1, 2), shape: [2] } as const;

  test('compares dtype and shape too', () => {
    expect(passed(compareValues('x', value, value, 'equal'))).toBe(true);
    expect(passed(compareValues('x', value, { ...value, shape: [1, 2] }, 'equal'))).toBe(false);
    const double = { dtype: 'float64', data: Float64Array.of(1, 2), shape: [2] } as const;
    expect(passed(compareValues('x', value, double, 'equal'))).toBe(false);
  });
});

test('attempt turns errors into failed checks', () => {
  const check = attempt('x', () => {
    throw new Error('no');
  });
  expect(check).toMatchObject({ error: Infinity, note: 'no' });
});
