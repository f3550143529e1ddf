import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { predictionTarget, solvePrediction, type Prediction } from './prediction.js';
import { linear, tensor, type Tensor } from './tensor.js';

const KINDS: readonly Prediction[] = ['epsilon', 'sample', 'v', 'flow'];

const value = fc.float({ min: -4, max: 4, noNaN: true });
const values = fc.array(value, { minLength: 4, maxLength: 4 }).map((data) => tensor(data, [1, 4]));

/** Levels of both families, with their ends: on the circle α² + σ² = 1 and on the line α + σ = 1. */
const level = fc
  .tuple(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 1e-12, 1e-4)), fc.boolean())
  .map(([t, straight]) =>
    straight
      ? { time: t, alpha: t, sigma: 1 - t }
      : { time: t, alpha: Math.sin((t * Math.PI) / 2), sigma: t === 1 ? 0 : Math.cos((t * Math.PI) / 2) },
  );

const difference = (a: Tensor, b: Tensor): number => Math.max(...a.data.map((x, i) => Math.abs(x - b.data[i]!)));

describe.each(KINDS)('prediction %s', (kind) => {
  test('α·data + σ·noise = x at every level, whatever the model says', () => {
    fc.assert(
      fc.property(values, values, level, (x, output, at) => {
        const { data, noise } = solvePrediction(kind, x, output, at);
        const again = linear([at.alpha, data], [at.sigma, noise]);
        // Terms of up to 10⁸ cancel in float32 next to an end that the prediction does not suit.
        const size = Math.max(1, ...linear([at.alpha, data]).data, ...linear([at.sigma, noise]).data);
        expect(difference(again, x)).toBeLessThanOrEqual(size * 1e-5);
      }),
    );
  });

  test('gives the data and noise that the target was made of', () => {
    fc.assert(
      fc.property(values, values, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (data, noise, t) => {
        const at = { time: t, alpha: t, sigma: Math.sqrt(1 - t * t) };
        const x = linear([at.alpha, data], [at.sigma, noise]);
        const solved = solvePrediction(kind, x, predictionTarget(kind, { data, noise }, at), at);
        expect(difference(solved.data, data)).toBeLessThan(1e-4);
        expect(difference(solved.noise, noise)).toBeLessThan(1e-4);
      }),
    );
  });
});

describe('at the ends', () => {
  const x = tensor([2], [1, 1]);
  const output = tensor([0.5], [1, 1]);
  const noise = { time: 0, alpha: 0, sigma: 1 };
  const clean = { time: 1, alpha: 1, sigma: 0 };

  test('a flow at t = 0 is noise plus its velocity', () => {
    expect(solvePrediction('flow', x, output, noise)).toMatchObject({ data: tensor([2.5], [1, 1]), noise: x });
  });

  test('ε knows nothing of the data in pure noise', () => {
    expect(solvePrediction('epsilon', x, output, noise)).toMatchObject({ data: tensor([0], [1, 1]), noise: x });
  });

  test('x0 knows nothing of the noise in clean data', () => {
    expect(solvePrediction('sample', x, output, clean)).toMatchObject({ data: x, noise: tensor([0], [1, 1]) });
  });

  test('an output that is not used may be anything', () => {
    const { data, noise: solved } = solvePrediction('epsilon', x, tensor([NaN], [1, 1]), noise);
    expect([...data.data, ...solved.data]).toEqual([0, 2]);
  });
});
