import { describe, expect, test } from '@jest/globals';
import type { NoiseLevel } from '@ungrain/core';
import fc from 'fast-check';
import {
  EXACT,
  equationOf,
  estimateWeights,
  exponentialMoments,
  type MomentRule,
  type Predicted,
} from './exponential.js';

const variancePreserving = (lambda: number): NoiseLevel => ({
  time: 0,
  alpha: 1 / Math.sqrt(1 + Math.exp(-2 * lambda)),
  sigma: 1 / Math.sqrt(1 + Math.exp(2 * lambda)),
});

/** The integral of a smooth function with Simpson's rule. */
function integrate(f: (u: number) => number, end: number): number {
  const n = 400;
  let sum = f(0) + f(end);
  for (let i = 1; i < n; i++) sum += (i % 2 === 0 ? 2 : 4) * f((i * end) / n);
  return (sum * end) / (3 * n);
}

const lambdas = fc
  .tuple(
    fc.double({ min: -3, max: 3, noNaN: true }),
    fc.double({ min: 0.05, max: 1, noNaN: true }),
    fc.double({ min: 0.05, max: 1, noNaN: true }),
    fc.double({ min: -0.9, max: 1.5, noNaN: true }),
  )
  .map(([newest, first, second, h]) => ({ past: [newest, newest - first, newest - first - second], end: newest + h }));

describe('exponentialMoments', () => {
  test('are ∫ e^{rate·(u − h)}·u^k du', () => {
    const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(number(-2, 4), number(-1, 3), (h, rate) => {
        exponentialMoments(4, h, rate).forEach((moment, k) => {
          const expected = integrate((u) => Math.exp(rate * (u - h)) * u ** k, h);
          expect(Math.abs(moment - expected)).toBeLessThan(1e-7 * Math.max(1, Math.abs(expected)));
        });
      }),
    );
  });
});

describe('estimateWeights', () => {
  const weigh = (predicted: Predicted, past: readonly number[], end: number, eta: number, rule?: MomentRule) => {
    const levels = past.map(variancePreserving);
    const equation = equationOf(predicted, levels[0]!, variancePreserving(end), eta);
    return { equation, weights: estimateWeights(equation, levels, levels[0]!, rule) };
  };

  test.each(['data', 'noise'] as const)('solves the equation for %s that runs like a parabola in λ', (predicted) => {
    const parabola = (u: number): number => 0.7 - 0.4 * u + 0.9 * u ** 2;
    fc.assert(
      fc.property(lambdas, fc.constantFrom(0, 0.5, 1), ({ past, end }, eta) => {
        const { equation, weights } = weigh(predicted, past, end, eta);
        const { h, rate, pull } = equation;
        const expected = pull * integrate((u) => Math.exp(rate * (u - h)) * parabola(u), h);
        const found = weights.reduce((sum, weight, i) => sum + weight * parabola(past[i]! - past[0]!), 0);
        expect(Math.abs(found - expected)).toBeLessThan(1e-6 * Math.max(1, Math.abs(expected)));
      }),
    );
  });

  test.each(['exact', 'midpoint', 'plain'] as const)("leaves an error of third order in h, rule '%s'", (ofTwo) => {
    const errorAt = (h: number): number => {
      const past = [0.3, 0.3 - h];
      const { equation, weights } = weigh('data', past, 0.3 + h, 0, { ...EXACT, ofTwo });
      const f = (u: number): number => Math.sin(2 * u + 1);
      const expected = equation.pull * integrate((u) => Math.exp(u - equation.h) * f(u), equation.h);
      return Math.abs(weights.reduce((sum, weight, i) => sum + weight * f(past[i]! - 0.3), 0) - expected);
    };
    expect(Math.log2(errorAt(0.02) / errorAt(0.01))).toBeCloseTo(3, 0);
  });

  test.each([
    ['exact', 4],
    ['halved', 3],
    ['slipped', 2],
  ] as const)("with three estimates and rule '%s' leaves an error of order %d in h", (ofThree, order) => {
    const errorAt = (h: number): number => {
      const past = [0.3, 0.3 - h, 0.3 - 2 * h];
      const { equation, weights } = weigh('data', past, 0.3 + h, 1, { ...EXACT, ofThree });
      const f = (u: number): number => Math.sin(2 * u + 1);
      const expected = equation.pull * integrate((u) => Math.exp(2 * (u - equation.h)) * f(u), equation.h);
      return Math.abs(weights.reduce((sum, weight, i) => sum + weight * f(past[i]! - 0.3), 0) - expected);
    };
    expect(Math.log2(errorAt(0.02) / errorAt(0.01))).toBeCloseTo(order, 0);
  });
});

describe('equationOf', () => {
  test('keeps the variance of data of none: fresh and kept noise add up to σ′', () => {
    fc.assert(
      fc.property(lambdas, fc.constantFrom(0, 0.3, 1), ({ past, end }, eta) => {
        const [from, to] = [variancePreserving(past[0]!), variancePreserving(end)];
        const { keep, fresh } = equationOf('data', from, to, eta);
        expect(Math.hypot(keep * from.sigma, fresh)).toBeCloseTo(to.sigma, 12);
      }),
    );
  });

  test('adds no noise upwards', () => {
    const { fresh } = equationOf('data', variancePreserving(1), variancePreserving(0), 1);
    expect(Math.abs(fresh)).toBe(0);
  });
});
