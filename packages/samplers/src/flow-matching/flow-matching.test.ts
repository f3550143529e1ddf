import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cosinePathSchedule } from '../schedules/flow-paths.js';
import { CONDITIONAL_PATHS, sumOf, type ConditionalPath } from './conditional-paths.js';
import { conversion, type PathPrediction } from './conversions.js';
import { assignment, sinkhorn, squaredDistances, type Matrix } from './optimal-transport.js';

const matrices = fc.integer({ min: 1, max: 6 }).chain((n) =>
  fc.array(fc.array(fc.double({ min: 0, max: 9, noNaN: true }), { minLength: n, maxLength: n }), {
    minLength: n,
    maxLength: n,
  }),
);

function permutations(n: number): readonly (readonly number[])[] {
  if (n === 0) return [[]];
  return permutations(n - 1).flatMap((rest) =>
    Array.from({ length: n }, (_, at) => [...rest.slice(0, at), n - 1, ...rest.slice(at)]),
  );
}

const costOf = (cost: Matrix, columns: readonly number[]): number =>
  columns.reduce((sum, column, row) => sum + cost[row]![column]!, 0);

describe('optimal transport', () => {
  test('no other pairing is cheaper', () => {
    fc.assert(
      fc.property(matrices, (cost) => {
        const found = assignment(cost);
        expect([...found].sort()).toEqual(cost.map((_, i) => i));
        const least = Math.min(...permutations(cost.length).map((columns) => costOf(cost, columns)));
        expect(costOf(cost, found)).toBeLessThanOrEqual(least + 1e-12);
      }),
    );
  });

  test('an entropic plan has equal sums, is e^(f + g − cost/strength), and nears the exact one', () => {
    fc.assert(
      fc.property(matrices, (cost) => {
        const plan = sinkhorn(cost, 5);
        const n = cost.length;
        for (let i = 0; i < n; i++) {
          expect(plan[i]!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1 / n, 10);
          expect(plan.reduce((sum, row) => sum + row[i]!, 0)).toBeCloseTo(1 / n, 10);
          // log P_ij − log P_i0 − log P_0j + log P_00 does not know f and g.
          for (let j = 0; j < n; j++) {
            const mixed = (of: (i: number, j: number) => number) => of(i, j) - of(i, 0) - of(0, j) + of(0, 0);
            const logs = mixed((row, column) => Math.log(plan[row]![column]!));
            expect(logs).toBeCloseTo(
              mixed((row, column) => -cost[row]![column]! / 5),
              9,
            );
          }
        }
      }),
    );
    const cost = squaredDistances(
      [
        [0, 0],
        [4, 0],
      ],
      [
        [4, 1],
        [0, 1],
      ],
    );
    expect(cost).toEqual([
      [17, 1],
      [1, 17],
    ]);
    expect(sinkhorn(cost, 0.01)[0]).toEqual([expect.closeTo(0, 12), expect.closeTo(0.5, 12)]);
  });
});

describe.each(Object.entries<ConditionalPath>(CONDITIONAL_PATHS))('path %s', (_, path) => {
  test('its velocity is the derivative of its points', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (t, sigma) => {
          const h = 1e-6;
          const [below, above] = [path.point(t - h, sigma), path.point(t + h, sigma)];
          path
            .velocity(t, sigma)
            .forEach((factor, i) => expect(factor).toBeCloseTo((above[i]! - below[i]!) / (2 * h), 5));
        },
      ),
    );
  });

  test('ends in the data, but for its width', () => {
    const [noise, data, fresh] = path.point(1, 0);
    expect([noise, data, fresh]).toEqual([expect.closeTo(0, 15), 1, 0]);
    expect(sumOf([2, 3, 4], [5, 6], [1, 2], [7, 8])).toEqual(Float64Array.of(41, 50));
  });
});

test('predictions become one another, and back', () => {
  const schedule = cosinePathSchedule.create({});
  const kinds: readonly PathPrediction[] = ['data', 'noise', 'velocity'];
  const value = fc.double({ min: -3, max: 3, noNaN: true });
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 0.95, noNaN: true }), value, value, (time, data, noise) => {
      const [level, rate] = [schedule.level(time), schedule.rate(time)];
      const x = level.alpha * data + level.sigma * noise;
      const known = { data, noise, velocity: rate.alpha * data + rate.sigma * noise };
      for (const given of kinds)
        for (const wanted of kinds) {
          const [a, b] = conversion(given, wanted, level, rate);
          expect(a * x + b * known[given]).toBeCloseTo(known[wanted], 9);
        }
    }),
  );
});
