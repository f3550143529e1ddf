import { expect, test } from '@jest/globals';
import { tensor } from '@ungrain/core';
import fc from 'fast-check';
import { neighbourSearch } from './nearest-neighbours.js';

const WIDTH = 40;
const rows = (least: number) =>
  fc
    .array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: WIDTH, maxLength: WIDTH }), {
      minLength: least,
      maxLength: 12,
    })
    .map((list) => ({ list, tensor: tensor(list.flat(), [list.length, WIDTH]) }));

test('finds what comparing everything finds, in parts as well', () => {
  fc.assert(
    fc.property(rows(1), rows(1), rows(1), (queries, first, second) => {
      const search = neighbourSearch(queries.tensor, 2);
      search.add(first.tensor);
      search.add(second.tensor);
      const { distances, points } = search.result();
      const all = [...first.list, ...second.list];
      queries.list.forEach((query, q) => {
        const squares = all.map((point) => point.reduce((sum, value, i) => sum + (value - query[i]!) ** 2, 0));
        const sorted = squares.toSorted((a, b) => a - b);
        expect([...distances[q]!]).toEqual(sorted.slice(0, 2).map(Math.sqrt));
        expect([...points[q]!].map((point) => squares[point])).toEqual(sorted.slice(0, 2));
        expect(points[q]![0]).not.toBe(points[q]![1]);
      });
    }),
  );
});

test('missing neighbours are infinitely far', () => {
  const search = neighbourSearch(tensor([1, 2], [1, 2]), 2);
  search.add(tensor([1, 2], [1, 2]));
  expect([...search.result().distances[0]!]).toEqual([0, Infinity]);
});

test('refuses points of another width', () => {
  expect(() => neighbourSearch(tensor([1, 2], [1, 2]), 1).add(tensor([1], [1, 1]))).toThrow(RangeError);
});
