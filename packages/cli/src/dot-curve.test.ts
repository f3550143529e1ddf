import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dotCurve } from './dot-curve.js';

test('falls from the upper left to the lower right', () => {
  const lines = dotCurve([1, 0.1, 0.01, 0.001], { columns: 2, rows: 1 });
  // Dots 1, 5, 3 and 8: one a row, from left to right.
  expect(lines).toEqual([`${'1.00'.padStart(10)} ${String.fromCharCode(0x2811, 0x2884)}`]);
});

test('a constant is a line, and labels are the extremes', () => {
  const lines = dotCurve(new Array<number>(500).fill(2), { columns: 5, rows: 2 });
  expect(lines).toEqual([`      2.00 ${'⠉'.repeat(5)}`, `      2.00 ${'⠀'.repeat(5)}`]);
});

test('always has its size, one dot at each place, whatever the values', () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(positive, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 40 }),
      (values, columns) => {
        const lines = dotCurve(values, { columns, rows: 3 });
        expect(lines.map((line) => line.length)).toEqual(new Array(3).fill(11 + columns));
        const bits = [...lines.join('')]
          .map((character) => character.charCodeAt(0) - 0x2800)
          .filter((code) => code > 0);
        const dots = bits.reduce((sum, code) => sum + code.toString(2).replaceAll('0', '').length, 0);
        expect(dots).toBe(Math.min(values.length, 2 * columns));
      },
    ),
  );
});
