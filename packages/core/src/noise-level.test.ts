import { describe, expect, test } from '@jest/globals';
import { addedVariance, logSnr } from './noise-level.js';

const clean = { time: 0, alpha: 1, sigma: 0 };
const pureNoise = { time: 9, alpha: 0, sigma: 1 };

describe('logSnr', () => {
  test('is the logarithm of α²/σ², infinite at both ends', () => {
    expect(logSnr({ time: 0, alpha: 0.8, sigma: 0.6 })).toBeCloseTo(Math.log(0.64 / 0.36), 12);
    expect(logSnr(clean)).toBe(Infinity);
    expect(logSnr(pureNoise)).toBe(-Infinity);
  });
});

describe('addedVariance', () => {
  test('is β = 1 − ᾱ/ᾱ′ where variance is preserved', () => {
    const less = { time: 1, alpha: Math.sqrt(0.9), sigma: Math.sqrt(0.1) };
    const more = { time: 2, alpha: Math.sqrt(0.6), sigma: Math.sqrt(0.4) };
    expect(addedVariance(less, more)).toBeCloseTo(1 - 0.6 / 0.9, 12);
  });

  test('is all of the noise from clean data, and from anything to pure noise', () => {
    expect(addedVariance(clean, { time: 3, alpha: 0.8, sigma: 0.6 })).toBeCloseTo(0.36, 12);
    expect(addedVariance({ time: 3, alpha: 0.8, sigma: 0.6 }, pureNoise)).toBe(1);
    expect(addedVariance(pureNoise, pureNoise)).toBe(1);
  });

  test('is never below 0', () => {
    expect(addedVariance({ time: 3, alpha: 0.6, sigma: 0.8 }, clean)).toBe(0);
  });
});
