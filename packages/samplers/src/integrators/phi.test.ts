import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { phiFunctions } from './phi.js';

/** k!·φ_k by its integral, k·∫₀¹ e^{(1 − θ)·z}·θ^{k−1} dθ, with Simpson's rule. */
function integral(k: number, z: number): number {
  const n = 2000;
  const at = (i: number): number => Math.exp((1 - i / n) * z) * (i / n) ** (k - 1);
  let sum = at(0) + at(n);
  for (let i = 1; i < n; i++) sum += (i % 2 === 0 ? 2 : 4) * at(i);
  return (k * sum) / (3 * n);
}

describe('phiFunctions', () => {
  test('are the integrals that define them', () => {
    fc.assert(
      fc.property(fc.double({ min: -20, max: 10, noNaN: true }), (z) => {
        const values = phiFunctions(5, z);
        expect(values[0]).toBe(Math.exp(z));
        let factorial = 1;
        for (let k = 1; k <= 5; k++) {
          factorial *= k;
          const expected = integral(k, z);
          expect(Math.abs(factorial * values[k]! - expected)).toBeLessThan(1e-9 * Math.max(1, expected));
        }
      }),
    );
  });

  test('are 1/k! at 0', () => {
    expect(phiFunctions(4, 0)).toEqual([1, 1, 1 / 2, 1 / 6, 1 / 24]);
  });

  test('keep their digits on both sides of where the series ends', () => {
    for (const z of [1, -1]) {
      const [below, above] = [phiFunctions(5, z * (1 - 1e-12)), phiFunctions(5, z * (1 + 1e-12))];
      below.forEach((value, k) => expect(Math.abs(value - above[k]!)).toBeLessThan(1e-11 * value));
    }
  });
});
