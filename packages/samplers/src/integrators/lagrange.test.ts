import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lagrangeWeights } from './lagrange.js';

const points = fc.uniqueArray(fc.integer({ min: -8, max: 8 }), { minLength: 1, maxLength: 5 });

test('a polynomial of as many coefficients as nodes is integrated exactly', () => {
  fc.assert(
    fc.property(points, fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 }), (nodes, all) => {
      const coefficients = all.slice(0, nodes.length);
      const moments = nodes.map((_, k) => 1 / (k + 1)); // ∫₀¹ u^k du
      const values = nodes.map((u) => coefficients.reduce((sum, c, k) => sum + c * u ** k, 0));
      const expected = coefficients.reduce((sum, c, k) => sum + c * moments[k]!, 0);
      const weights = lagrangeWeights(nodes, moments);
      const found = weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0);
      const scale = weights.reduce((sum, weight, i) => sum + Math.abs(weight * values[i]!), 1);
      expect(Math.abs(found - expected)).toBeLessThan(1e-12 * scale);
    }),
  );
});
