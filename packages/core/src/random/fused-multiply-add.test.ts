import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fusedMultiplyAdd } from './fused-multiply-add.js';

describe('fusedMultiplyAdd', () => {
  test('rounds once where a product and a sum round twice', () => {
    const x = 1 + 2 ** -30;
    expect(x * x - (1 + 2 ** -29)).toBe(0);
    expect(fusedMultiplyAdd(x, x, -(1 + 2 ** -29))).toBe(2 ** -60);
  });

  test('of whole numbers is the nearest double to the exact result', () => {
    const whole = fc.maxSafeInteger();
    fc.assert(
      fc.property(whole, whole, whole, fc.nat(60), (a, b, c, shift) => {
        const exact = BigInt(a) * BigInt(b) + BigInt(c) * 2n ** BigInt(shift);
        expect(fusedMultiplyAdd(a, b, c * 2 ** shift)).toBe(Number(exact) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('is not led astray by false ties', () => {
    // 2^106 + 2^53 is a tie between doubles; the 1 added to it decides.
    expect(fusedMultiplyAdd(2 ** 53, 2 ** 53 + 2, 1 - 2 ** 53)).toBe(
      Number(2n ** 53n * (2n ** 53n + 2n) + 1n - 2n ** 53n),
    );
  });
});
