import { describe, expect, test } from '@jest/globals';
import { tensor, zeros } from '@ungrain/core';
import fc from 'fast-check';
import { imageGrid, type GridOptions } from './grid.js';

/** The lines of a grey picture. */
const lines = ({ data, width }: { data: Uint8Array; width: number }) =>
  Array.from({ length: data.length / width }, (_, y) => [...data.subarray(y * width, (y + 1) * width)].join(' '));

const range = [0, 255] as const;

describe('imageGrid', () => {
  test('pads, enlarges and leaves the end of the last row empty', () => {
    const x = tensor([1, 2, 3, 4, 5, 6], [3, 1, 1, 2]);
    const grid = imageGrid(x, { range, columns: 2, padding: 1, background: 9, scale: 2 });
    expect(lines(grid)).toEqual([
      '9 9 9 9 9 9 9 9 9 9 9',
      '9 1 1 2 2 9 3 3 4 4 9',
      '9 1 1 2 2 9 3 3 4 4 9',
      '9 9 9 9 9 9 9 9 9 9 9',
      '9 5 5 6 6 9 9 9 9 9 9',
      '9 5 5 6 6 9 9 9 9 9 9',
      '9 9 9 9 9 9 9 9 9 9 9',
    ]);
  });

  test('keeps the channels of RGB together', () => {
    const grid = imageGrid(tensor([1, 2, 3], [1, 3, 1, 1]), { range, padding: 0, scale: 2 });
    expect(grid).toMatchObject({ width: 2, height: 2, channels: 3 });
    expect([...grid.data]).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
  });

  test('is a square by default, and no wider than its images', () => {
    const sizeOf = (count: number, options: Partial<GridOptions> = {}) => {
      const { width, height } = imageGrid(zeros([count, 1, 28, 28]), { range, padding: 0, ...options });
      return [width / 28, height / 28];
    };
    expect(sizeOf(9)).toEqual([3, 3]);
    expect(sizeOf(10)).toEqual([4, 3]);
    expect(sizeOf(4, { columns: 10 })).toEqual([4, 1]);
    expect(sizeOf(40, { columns: 4 })).toEqual([4, 10]);
  });

  test('shows every pixel of every image as often as its area says', () => {
    const sizes = fc.record({
      count: fc.integer({ min: 1, max: 7 }),
      channels: fc.constantFrom(1, 3),
      height: fc.integer({ min: 1, max: 4 }),
      width: fc.integer({ min: 1, max: 4 }),
      columns: fc.integer({ min: 1, max: 9 }),
      padding: fc.integer({ min: 0, max: 3 }),
      scale: fc.integer({ min: 1, max: 3 }),
    });
    fc.assert(
      fc.property(sizes, ({ count, channels, height, width, ...options }) => {
        const x = zeros([count, channels, height, width]);
        const grid = imageGrid(x, { range, background: 255, ...options });
        expect(grid.data).toHaveLength(grid.width * grid.height * channels);
        expect(grid.data.filter((value) => value === 0)).toHaveLength(x.data.length * options.scale ** 2);
      }),
    );
  });

  test.each([{ columns: 0 }, { scale: 1.5 }, { padding: -1 }, { background: 256 }])('refuses %j', (options) => {
    const [name] = Object.keys(options);
    expect(() => imageGrid(zeros([1, 1, 2, 2]), { range, ...options })).toThrow(`The ${name} of a grid`);
  });

  test('refuses to show nothing', () => {
    expect(() => imageGrid(zeros([0, 1, 2, 2]), { range })).toThrow('at least one image');
  });
});
