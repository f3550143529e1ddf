import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { State } from '../state.js';
import { sliceRows } from '../tensor.js';
import { counterNoise } from './counter-noise.js';
import type { NoiseKey } from './noise-source.js';

const key: NoiseKey = { slot: 'sampler', step: 3, draw: 0 };
/** Frozen here: images of a seed must not change with a release. */
const FROZEN = [0.13157083094120026, -1.207861065864563, 0.5380750298500061, -2.430018424987793];
const anyKey = fc.record({
  slot: fc.string(),
  step: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  draw: fc.nat(1000),
});

/** Mean, variance, and correlation of neighbours. */
function statistics(data: Float32Array) {
  const mean = data.reduce((sum, x) => sum + x, 0) / data.length;
  const variance = data.reduce((sum, x) => sum + (x - mean) ** 2, 0) / data.length;
  const neighbours = data.reduce((sum, x, i) => sum + x * (data[i + 1] ?? 0), 0) / data.length;
  return { mean, variance, neighbours };
}

describe('counterNoise', () => {
  test('of a sample does not depend on the batch it is in', () => {
    fc.assert(
      fc.property(fc.bigInt(), anyKey, fc.nat(9), fc.integer({ min: 1, max: 5 }), (seed, k, first, rows) => {
        const all = counterNoise(seed).normal(k, [15, 3, 3]);
        const some = counterNoise(seed, { firstSample: first }).normal(k, [rows, 3, 3]);
        expect(some).toEqual(sliceRows(all, first, first + rows));
      }),
    );
  });

  test('differs in every part of its key, and in the seed', () => {
    const values = [
      counterNoise(1).normal(key, [2]),
      counterNoise(2).normal(key, [2]),
      counterNoise(1n << 40n).normal(key, [2]),
      counterNoise(1).normal({ ...key, slot: 'sample' }, [2]),
      counterNoise(1).normal({ ...key, slot: 'Sampler' }, [2]),
      counterNoise(1).normal({ ...key, step: 4 }, [2]),
      counterNoise(1).normal({ ...key, step: -4 }, [2]),
      counterNoise(1).normal({ ...key, draw: 1 }, [2]),
    ].flatMap(({ data }) => [...data]);
    expect(new Set(values).size).toBe(values.length);
  });

  test('is standard normal, with independent neighbours and steps', () => {
    const { data } = counterNoise(100).normal(key, [20, 10_000]);
    const { mean, variance, neighbours } = statistics(data);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(Math.abs(variance - 1)).toBeLessThan(0.015);
    expect(Math.abs(neighbours)).toBeLessThan(0.01);
    const beyondTwo = data.filter((x) => Math.abs(x) > 2).length / data.length;
    expect(beyondTwo).toBeCloseTo(0.0455, 2);
    const other = counterNoise(100).normal({ ...key, step: 4 }, [20, 10_000]).data;
    expect(Math.abs(data.reduce((sum, x, i) => sum + x * other[i]!, 0) / data.length)).toBeLessThan(0.01);
  });

  test('stays what it is from version to version', () => {
    const { data } = counterNoise(100).normal(key, [1, 4]);
    expect([...data]).toEqual(FROZEN);
  });

  test('goes on from a saved state', () => {
    const state = JSON.parse(JSON.stringify(counterNoise(7, { firstSample: 4 }).save())) as State;
    const restored = counterNoise(0);
    restored.restore(state);
    expect(restored.normal(key, [2, 3])).toEqual(counterNoise(7, { firstSample: 4 }).normal(key, [2, 3]));
    expect(() => restored.restore({ source: 'torch' })).toThrow(expect.objectContaining({ code: 'bad-state' }));
  });

  test('refuses keys that are no integers', () => {
    expect(() => counterNoise(0).normal({ ...key, step: 2 ** 31 }, [1])).toThrow(
      expect.objectContaining({ code: 'bad-noise-key' }),
    );
  });
});
