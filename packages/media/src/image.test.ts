import { describe, expect, test } from '@jest/globals';
import { tensor, UngrainError } from '@ungrain/core';
import fc from 'fast-check';
import { fromPixels, toPixels } from './image.js';

describe('toPixels', () => {
  test('clamps, and rounds to the nearest with halves up', () => {
    const x = tensor([-1, 0, 0.1, 0.5, 1, 7, NaN, -Infinity], [1, 1, 2, 4]);
    const [image] = toPixels(x, [0, 1]);
    expect(image).toEqual({
      data: Uint8Array.of(0, 0, 26, 128, 255, 255, 0, 0),
      width: 4,
      height: 2,
      channels: 1,
    });
  });

  test('gives one picture a row, with the channels of a pixel together', () => {
    const x = tensor([0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15], [2, 3, 1, 2]);
    expect(toPixels(x, [0, 255]).map(({ data }) => [...data])).toEqual([
      [0, 2, 4, 1, 3, 5],
      [10, 12, 14, 11, 13, 15],
    ]);
    expect(toPixels(tensor([], [0, 1, 28, 28]), [0, 1])).toEqual([]);
  });

  test('gives every byte back from the values it stands for', () => {
    const range = fc
      .tuple(fc.double({ min: -100, max: 100, noNaN: true }), fc.double({ min: 0.1, max: 100, noNaN: true }))
      .map(([black, extent]) => [black, black + extent] as const);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), range, (bytes, [black, white]) => {
        const values = [...bytes].map((byte) => black + (byte / 255) * (white - black));
        const [image] = toPixels(tensor(values, [1, 1, 1, bytes.length]), [black, white]);
        expect([...image!.data]).toEqual([...bytes]);
      }),
    );
  });

  test.each([
    ['two channels', [1, 2, 2, 1]],
    ['three dimensions', [1, 2, 2]],
    ['no pixels', [1, 1, 0, 4]],
  ])('refuses %s', (_, shape) => {
    const x = { data: new Float32Array(shape.reduce((a, b) => a * b)), shape };
    expect(() => toPixels(x, [0, 1])).toThrow(UngrainError);
  });

  test.each([[[1, 0]], [[0, 0]], [[0, NaN]], [[-Infinity, 0]]])('refuses the range %j', (range) => {
    const x = tensor([0], [1, 1, 1, 1]);
    expect(() => toPixels(x, range as unknown as [number, number])).toThrow('range of two numbers');
  });
});

test('pixels and tensors turn into each other', () => {
  const pixels = { data: Uint8Array.from({ length: 18 }, (_, i) => 14 * i), width: 3, height: 2, channels: 3 } as const;
  const batch = fromPixels(pixels);
  expect(batch.shape).toEqual([1, 3, 2, 3]);
  expect(batch.data[6]).toBe(Math.fround(14 / 255)); // the first pixel's green
  expect(toPixels(batch, [0, 1])).toEqual([pixels]);
});
