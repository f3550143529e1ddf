import { describe, expect, test } from '@jest/globals';
import { tensor } from '../tensor.js';
import { recordedNoise } from './recorded-noise.js';

describe('recordedNoise', () => {
  const recorded = tensor([1, 2], [2]);
  const noise = recordedNoise(new Map([['sampler/3/0', recorded]]));

  test('gives what was recorded', () => {
    expect(noise.normal({ slot: 'sampler', step: 3, draw: 0 }, [2])).toBe(recorded);
  });

  test('refuses what was not, and other shapes', () => {
    expect(() => noise.normal({ slot: 'sampler', step: 2, draw: 0 }, [2])).toThrow(
      expect.objectContaining({ code: 'unknown-noise' }),
    );
    expect(() => noise.normal({ slot: 'sampler', step: 3, draw: 0 }, [1, 2])).toThrow(
      expect.objectContaining({ code: 'noise-shape-mismatch' }),
    );
  });

  test('has a state of its own kind', () => {
    noise.restore(noise.save());
    expect(() => noise.restore(null)).toThrow(expect.objectContaining({ code: 'bad-state' }));
  });
});
