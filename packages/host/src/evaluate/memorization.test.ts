import { expect, test } from '@jest/globals';
import { tensor, TorchGenerator, type Tensor } from '@ungrain/core';
import { decodePng } from '@ungrain/media';
import { gatherImages, type LabelledImages } from '@ungrain/models-mnist/train';
import { checkMemorization } from './memorization.js';
import { neighbourSheet } from './neighbour-sheet.js';

const SIDE = 6;
const images = (seed: number, count: number): LabelledImages => ({
  pixels: Uint8Array.from(new TorchGenerator(seed).randint(0, 256, count * SIDE * SIDE)),
  size: [SIDE, SIDE],
  labels: new Uint8Array(count),
});
const all = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, i) => i);

const training = images(1, 700);
const real: Tensor = gatherImages(images(2, 50), all(50));
const fresh: Tensor = gatherImages(images(3, 50), all(50));

/** Some samples are training images with a little noise, and a little out of range. */
const copied = (): Tensor => {
  const data = Float32Array.from(fresh.data);
  const copies = gatherImages(training, Uint32Array.of(650, 3)).data;
  copies.forEach((value, i) => (data[i] = 1.02 * value));
  return tensor(data, fresh.shape);
};

test('copies are found, with what they are copies of', async () => {
  const { samples, real: ofReal, pairs } = await checkMemorization(copied(), real, training);
  expect(samples.copies.correct).toBe(2);
  expect(samples.near.correct).toBeGreaterThanOrEqual(2);
  expect(ofReal.copies.correct).toBe(0);
  expect(ofReal.near.correct).toBe(1);
  expect(
    pairs
      .slice(0, 2)
      .map(({ sample, training: item }) => [sample, item])
      .sort(),
  ).toEqual([
    [0, 650],
    [1, 3],
  ]);
  expect(pairs.map(({ distance }) => distance)).toEqual(pairs.map(({ distance }) => distance).sort((a, b) => a - b));
});

test('new images are no copies', async () => {
  const { samples, real: ofReal } = await checkMemorization(fresh, real, training);
  expect(samples.copies.correct).toBe(0);
  expect(samples.median / ofReal.median).toBeCloseTo(1, 1);
});

test('the sheet shows each sample above its training image', async () => {
  const { pairs } = await checkMemorization(copied(), real, training);
  const { pixels } = await decodePng(neighbourSheet(pairs, copied(), training));
  const at = (row: number, column: number): number => pixels.data[row * pixels.width + column]!;
  const line = 3 * SIDE + 2;
  for (let x = 2; x < 2 + 3 * SIDE; x++) expect(Math.abs(at(3, x) - at(3 + line, x))).toBeLessThan(8);
});
