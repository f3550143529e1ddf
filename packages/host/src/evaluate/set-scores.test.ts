import { expect, test } from '@jest/globals';
import { TorchGenerator, type Tensor } from '@ungrain/core';
import { accuracyOf } from '@ungrain/models-mnist/scores';
import type { RealImages } from './real-images.js';
import { referenceOf, scoreSet } from './set-scores.js';

const WIDTH = 4;
const COUNT = 60;
const gaussian = (seed: number, count: number, spread = 1): Tensor => {
  const { data, shape } = new TorchGenerator(seed).randn([count, WIDTH]);
  return { data: data.map((value) => spread * value), shape };
};
const items = (from: number, to: number): Uint32Array => Uint32Array.from({ length: to - from }, (_, i) => from + i);

const real: RealImages = {
  images: { pixels: new Uint8Array(), size: [1, 1], labels: new Uint8Array() },
  features: gaussian(1, 300),
  judge: accuracyOf(1, 1),
  sha256: '',
};
const reference = referenceOf(real, { reference: items(COUNT, 300), floor: items(0, COUNT) });

test('samples of the same distribution score like real images, narrow ones recall less', async () => {
  const [good, narrow] = await Promise.all([
    scoreSet(gaussian(2, COUNT), reference),
    scoreSet(gaussian(2, COUNT, 0.3), reference),
  ]);
  expect(good.recall.value).toBeGreaterThan(0.8);
  expect(narrow.recall.interval[1]).toBeLessThan(good.recall.interval[0]);
  expect(narrow.precision.value).toBeGreaterThan(0.95);
  expect(narrow.frechet.interval[0]).toBeGreaterThan(good.frechet.interval[1]);
  expect(good.kernel.interval[0]).toBeLessThan(0);
  expect(good.kernel.interval[1]).toBeGreaterThan(0);
});

test('intervals hold their value, stay in bounds and cover repetitions', async () => {
  const repeated = await Promise.all(
    Array.from({ length: 12 }, (_, i) => scoreSet(gaussian(10 + i, COUNT), reference)),
  );
  const mean = repeated.reduce((sum, { recall }) => sum + recall.value, 0) / repeated.length;
  const covering = repeated.filter(({ recall: { interval } }) => interval[0] <= mean && mean <= interval[1]);
  expect(covering.length).toBeGreaterThanOrEqual(10);
  for (const { recall, frechet } of repeated) {
    expect(recall.interval[0]).toBeGreaterThanOrEqual(0);
    expect(recall.interval[1]).toBeLessThanOrEqual(1);
    expect(frechet.interval[0]).toBeLessThan(frechet.value);
    expect(frechet.interval[1]).toBeGreaterThan(frechet.value);
  }
});

test('can be stopped', async () => {
  await expect(scoreSet(gaussian(2, COUNT), reference, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
});
