import { expect, test } from '@jest/globals';
import type { NetworkWork } from '@ungrain/models-deepfloyd';
import { networkMemory } from './network-memory.js';
import { rowsThatFit } from './plan.js';

const work = (rows: number): NetworkWork => ({
  weightBytes: 1e9,
  operators: 1000,
  cost: {
    peakBytes: rows * 1e8,
    convertedBytes: 0,
    unfoldedBytes: 0,
    convolutions: 0,
    matrixProducts: 0,
    movedBytes: 0,
  },
});
const one = work(1);

test('a call has as many images as fit into four fifths of the free memory', () => {
  for (const rows of [1, 3, 8]) {
    const free = networkMemory(work(rows)) / 0.8;
    expect(rowsThatFit('if', one, { most: 8, free: free + 1 })).toBe(rows);
    expect(rowsThatFit('if', one, { most: 2, free: free + 1 })).toBe(Math.min(rows, 2));
  }
});

test('a stage that does not fit with one image is refused in one sentence', () => {
  const free = networkMemory(work(1)) / 0.8 - 1;
  expect(() => rowsThatFit('if', one, { most: 8, free })).toThrow(
    /^Model 'if' needs 0\.14 GB of memory for one image, and 0\.17 GB are free; .* would fit\.$/,
  );
});
