import { describe, expect, test } from '@jest/globals';
import type { State } from '../state.js';
import { concatRows } from '../tensor.js';
import { torchNoisePerSample } from './torch-noise-per-sample.js';
import { torchNoise } from './torch-noise.js';
import { TorchGenerator } from './torch-generator.js';

const at = (step: number, slot = 'sampler', draw = 0) => ({ slot, step, draw });
const throughJson = (state: State) => JSON.parse(JSON.stringify(state)) as State;

describe('torchNoise', () => {
  test('draws what a notebook draws, in the order of the requests', () => {
    const noise = torchNoise(100);
    const generator = new TorchGenerator(100);
    for (const [key, shape] of [
      [at(0, 'start'), [1, 3, 4, 4]],
      [at(5), [3]],
      [at(4), [1, 20]],
    ] as const)
      expect(noise.normal(key, shape)).toEqual(generator.randn(shape));
  });

  test('gives a key its noise again, without moving on', () => {
    const noise = torchNoise(1);
    const other = torchNoise(1);
    const keys = [at(0), at(1), at(2)];
    const first = keys.map((key) => noise.normal(key, [3]));
    keys.forEach((key) => other.normal(key, [3]));
    expect(keys.map((key) => noise.normal(key, [3]))).toEqual(first);
    expect(noise.normal(at(3), [40])).toEqual(other.normal(at(3), [40]));
  });

  test('refuses a key in another shape, and steps that are no integers', () => {
    const noise = torchNoise(1);
    noise.normal(at(0), [3]);
    expect(() => noise.normal(at(0), [4])).toThrow(expect.objectContaining({ code: 'noise-shape-mismatch' }));
    expect(() => noise.normal(at(0.5), [4])).toThrow(expect.objectContaining({ code: 'bad-noise-key' }));
  });

  test('goes on from a saved state', () => {
    const noise = torchNoise(2n ** 40n + 3n);
    const first = noise.normal(at(0), [5]);
    const state = throughJson(noise.save());
    const second = noise.normal(at(1), [50]);
    const restored = torchNoise(0);
    restored.restore(state);
    expect(restored.normal(at(1), [50])).toEqual(second);
    expect(restored.normal(at(0), [5])).toEqual(first);
  });

  test('refuses the state of another kind of source', () => {
    expect(() => torchNoise(0).restore(torchNoisePerSample([1]).save())).toThrow(
      expect.objectContaining({ code: 'bad-state' }),
    );
  });
});

describe('torchNoisePerSample', () => {
  test('gives each row the noise of its own seed', () => {
    const noise = torchNoisePerSample([5, 6]);
    const rows = [5, 6].map((seed) => torchNoise(seed));
    for (const key of [at(0), at(1)])
      expect(noise.normal(key, [2, 3, 3])).toEqual(concatRows(rows.map((row) => row.normal(key, [1, 3, 3]))));
  });

  test('goes on from a saved state', () => {
    const noise = torchNoisePerSample([5, 6]);
    noise.normal(at(0), [2, 3]);
    const state = throughJson(noise.save());
    const restored = torchNoisePerSample([0, 0]);
    restored.restore(state);
    expect(restored.normal(at(1), [2, 3])).toEqual(noise.normal(at(1), [2, 3]));
    expect(() => torchNoisePerSample([1]).restore(state)).toThrow(expect.objectContaining({ code: 'bad-state' }));
  });

  test('refuses another number of rows', () => {
    expect(() => torchNoisePerSample([5, 6]).normal(at(0), [3, 2])).toThrow(
      expect.objectContaining({ code: 'noise-rows-mismatch' }),
    );
  });
});
