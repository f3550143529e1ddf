import { describe, expect, test } from '@jest/globals';
import { renoise } from './renoise.js';
import { tensor } from './tensor.js';

describe('renoise', () => {
  const x = tensor([2], [1]);
  const noise = tensor([1], [1]);

  test('is √α·x + √β·noise where variance is preserved', () => {
    const from = { time: 1, alpha: Math.sqrt(0.9), sigma: Math.sqrt(0.1) };
    const to = { time: 2, alpha: Math.sqrt(0.6), sigma: Math.sqrt(0.4) };
    expect(renoise(x, from, to, noise).data[0]).toBeCloseTo(2 * Math.sqrt(0.6 / 0.9) + Math.sqrt(1 - 0.6 / 0.9), 6);
  });

  test('gives a flow the noise it has at the earlier time', () => {
    const result = renoise(
      tensor([1], [1]),
      { time: 1, alpha: 1, sigma: 0 },
      { time: 0.25, alpha: 0.25, sigma: 0.75 },
      noise,
    );
    expect(result.data[0]).toBe(1); // 0.25·data + 0.75·noise
  });

  test('goes up only', () => {
    const [less, more] = [
      { time: 1, alpha: 0.9, sigma: 0.1 },
      { time: 0, alpha: 0, sigma: 1 },
    ];
    const refused = expect.objectContaining({ code: 'level-not-noisier' });
    expect(() => renoise(x, more, less, noise)).toThrow(refused);
    expect(() => renoise(x, more, more, noise)).toThrow(refused);
  });
});
