import { describe, expect, test } from '@jest/globals';
import type { Value } from '@ungrain/core';
import fc from 'fast-check';
import {
  decodeBfloat16,
  decodeFloat16,
  decodeFloat8e4m3fn,
  decodeFloat8e5m2,
  encodeFloat16,
  toFloat32,
} from './narrow-floats.js';

const every16 = Uint16Array.from({ length: 65536 }, (_, pattern) => pattern);
const every8 = Uint8Array.from({ length: 256 }, (_, pattern) => pattern);
const finite = (data: Float32Array) => data.filter(Number.isFinite);

describe('decoding', () => {
  test('float16: known values', () => {
    const patterns = Uint16Array.of(0x7c00, 0xfc00, 0x8000, 0x0001, 0x03ff, 0x3c00, 0x3555, 0x7bff);
    expect([...decodeFloat16(patterns)]).toEqual([
      Infinity,
      -Infinity,
      -0,
      5.960464477539063e-8,
      6.097555160522461e-5,
      1,
      0.333251953125,
      65504,
    ]);
    expect(decodeFloat16(Uint16Array.of(0x7e01))).toEqual(Float32Array.of(NaN));
  });

  test('float16: every pattern, by count and sum as PyTorch has them', () => {
    const values = finite(decodeFloat16(every16));
    expect(values.length).toBe(63488);
    expect(values.reduce((sum, x) => sum + Math.abs(x), 0)).toBe(201261055.875);
  });

  test('bfloat16', () => {
    expect([...decodeBfloat16(Uint16Array.of(0x3f80, 0xbdfd, 0x7f80, 0x8000))]).toEqual([
      1,
      -0.12353515625,
      Infinity,
      -0,
    ]);
  });

  test('float8 e4m3fn: no infinities, two NaNs, up to 448', () => {
    const values = decodeFloat8e4m3fn(every8);
    expect([...values.slice(0, 3)]).toEqual([0, 0.001953125, 0.00390625]);
    expect([...values.slice(0x7d, 0x81)]).toEqual([416, 448, NaN, -0]);
    expect(finite(values).length).toBe(254);
  });

  test('float8 e5m2: infinities, six NaNs, up to 57344', () => {
    const values = decodeFloat8e5m2(every8);
    expect([...values.slice(0, 3)]).toEqual([0, 1.52587890625e-5, 3.0517578125e-5]);
    expect([...values.slice(0x7b, 0x81)]).toEqual([57344, Infinity, NaN, NaN, NaN, -0]);
    expect(finite(values).length).toBe(248);
  });
});

describe('encodeFloat16', () => {
  test('gives back every number of float16', () => {
    const numbers = every16.filter((pattern) => (pattern & 0x7fff) <= 0x7c00);
    expect(encodeFloat16(decodeFloat16(numbers))).toEqual(numbers);
    expect(encodeFloat16(Float32Array.of(NaN))[0]).toBe(0x7e00);
  });

  test.each([
    [65519.99, 0x7bff],
    [65520, 0x7c00],
    [-1e30, 0xfc00],
    [2 ** -25, 0],
    [1.0001 * 2 ** -25, 1],
    [1.5 * 2 ** -24, 2],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1e-45, 0],
  ])('rounds %d to the nearest, ties to even', (number, pattern) => {
    expect(encodeFloat16(Float32Array.of(number))[0]).toBe(pattern);
  });

  test('no other number of float16 is nearer', () => {
    const numbers = [...finite(decodeFloat16(every16))].sort((a, b) => a - b);
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (x) => {
        const [rounded] = decodeFloat16(encodeFloat16(Float32Array.of(x)));
        const at = numbers.indexOf(rounded!);
        for (const other of [numbers[at - 1], numbers[at + 1], numbers[at + 2]])
          if (other !== undefined) expect(Math.abs(rounded! - x)).toBeLessThanOrEqual(Math.abs(other - x));
      }),
    );
  });

  test('reads an array that does not begin its buffer', () => {
    expect([...encodeFloat16(Float32Array.of(9, 1).subarray(1))]).toEqual([0x3c00]);
  });
});

describe('toFloat32', () => {
  test.each<[Value, number[]]>([
    [{ dtype: 'float64', data: Float64Array.of(0.1), shape: [1] }, [Math.fround(0.1)]],
    [{ dtype: 'int64', data: BigInt64Array.of(-3n, 2n ** 53n), shape: [2] }, [-3, 2 ** 53]],
    [{ dtype: 'uint64', data: BigUint64Array.of(2n ** 63n), shape: [1] }, [2 ** 63]],
    [{ dtype: 'bool', data: Uint8Array.of(0, 1), shape: [2] }, [0, 1]],
    [{ dtype: 'int16', data: Int16Array.of(-5), shape: [1] }, [-5]],
    [{ dtype: 'float16', data: Uint16Array.of(0x3c00), shape: [1] }, [1]],
    [{ dtype: 'bfloat16', data: Uint16Array.of(0x3f80), shape: [1] }, [1]],
    [{ dtype: 'float8e4m3fn', data: Uint8Array.of(0x38), shape: [1] }, [1]],
    [{ dtype: 'float8e5m2', data: Uint8Array.of(0x3c), shape: [1] }, [1]],
  ])('converts $0.dtype', (value, expected) => {
    expect(toFloat32(value)).toEqual({ data: Float32Array.from(expected), shape: value.shape });
  });

  test('does not copy float32', () => {
    const data = Float32Array.of(1);
    expect(toFloat32({ dtype: 'float32', data, shape: [] }).data).toBe(data);
  });
});
