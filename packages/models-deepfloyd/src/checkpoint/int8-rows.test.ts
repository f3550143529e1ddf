import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { int8Rows } from './int8-rows.js';

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const matrices = fc
  .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 9 }))
  .chain(([rows, columns]) =>
    fc
      .array(float, { minLength: rows * columns, maxLength: rows * columns })
      .map((numbers) => ({ data: Float32Array.from(numbers), shape: [rows, columns] })),
  );

test('every element is off by half of its row’s scale at most, and the largest by none', () => {
  fc.assert(
    fc.property(matrices, ({ data, shape: [rows, columns] }) => {
      const { values, scales } = int8Rows({ data, shape: [rows!, columns!] });
      for (let row = 0; row < rows!; row++) {
        const scale = scales[row]!;
        const own = data.subarray(row * columns!, (row + 1) * columns!);
        const largest = Math.max(...own.map(Math.abs));
        for (const [i, element] of own.entries()) {
          const value = values[row * columns! + i]!;
          // A scale below the smallest normal float32 is itself rounded.
          expect(Math.abs(value * scale - element)).toBeLessThanOrEqual(scale * 0.5001 + 127 * 2 ** -149);
          if (Math.abs(element) === largest && largest > 1e-30) expect(Math.abs(value)).toBe(127);
        }
      }
    }),
  );
});

test('a row of zeros has the scale 0, and touches no other row', () => {
  const { values, scales } = int8Rows({ data: Float32Array.of(0, 0, 254, -3), shape: [2, 2] });
  expect([...scales]).toEqual([0, 2]);
  expect([...values]).toEqual([0, 0, 127, -1]);
});
