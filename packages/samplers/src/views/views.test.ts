import { describe, expect, test } from '@jest/globals';
import { createRegistry, createView, MersenneTwister, type Tensor } from '@ungrain/core';
import fc from 'fast-check';
import { samplersPlugin } from '../plugin.js';
import { drawPuzzle } from './jigsaw.js';
import { views as all } from './index.js';

const { views } = createRegistry([samplersPlugin]);
const at = (text: string, shape: readonly number[]) => createView(text, views, shape);
const noise = (shape: readonly number[]): Tensor => {
  const bits = new MersenneTwister(3);
  const size = 2 * shape.reduce((a, b) => a * b, 1);
  return { data: Float32Array.from({ length: size }, () => bits.uint32() / 2 ** 30 - 2), shape: [2, ...shape] };
};
const close = (a: Tensor, b: Tensor) => a.data.forEach((value, i) => expect(value).toBeCloseTo(b.data[i]!, 4));

/** Those that look at the image in another way and come back. */
const ANAGRAMS = all
  .map(({ name }) => name)
  .filter((name) => /flip|rotate\d|negate|skew|permute|jigsaw|inner-circle|square-hinge|identity/.test(name));

describe('views', () => {
  test.each(ANAGRAMS)('%s comes back, at every size that it can mean', (name) => {
    for (const shape of [
      [1, 28, 28],
      [3, 32, 32],
    ]) {
      const text = shape[1] === 28 && name === 'patch-permute' ? 'patch-permute:patches=7' : name;
      const view = at(text, shape);
      const x = noise(shape);
      const copy = x.data.slice();
      expect(view.inverse(view.forward(x))).toEqual(x);
      expect(x.data).toEqual(copy);
    }
  });

  test('compositions of any views come back', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...ANAGRAMS), { minLength: 1, maxLength: 5 }), (names) => {
        const view = at(names.join('+'), [1, 8, 8]);
        const x = noise([1, 8, 8]);
        expect(view.inverse(view.forward(x))).toEqual(x);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['rotate90', [1, 20, 28]],
    ['jigsaw', [1, 20, 28]],
    ['inner-circle', [1, 20, 28]],
    ['square-hinge', [1, 20, 28]],
  ])('%s needs a square', (name, shape) =>
    expect(() => at(name, shape)).toThrow(`View '${name}' needs square images, not 20 × 28.`),
  );

  test.each(['flip', 'rotate180', 'skew', 'pixel-permute', 'low-pass:kernel=5', 'motion', 'negate'])(
    '%s does not',
    (name) => expect(at(name, [1, 20, 28]).forward(noise([1, 20, 28])).shape).toEqual([2, 1, 20, 28]),
  );

  test.each([
    ['patch-permute:patches=5', [1, 28, 28], "View 'patch-permute' divides images into 5 × 5 parts"],
    ['grey', [1, 28, 28], "View 'grey' needs colour images, of 3 channels, not of 1."],
    ['low-pass', [1, 8, 8], 'A kernel of 33 is too wide for images with a side of 8; it may have 15 at most.'],
    ['low-pass:kernel=4', [1, 28, 28], "Option 'kernel' of view 'low-pass' is wrong: it must be odd."],
    ['blur:factor=3', [1, 28, 28], "View 'blur' makes images 3 times smaller"],
  ])('%s of %j is refused', (name, shape, message) =>
    expect(() => at(name, shape).inverse(noise(shape))).toThrow(message),
  );

  test.each([
    [['low-pass', 'high-pass']],
    [['band-pass:band=low', 'band-pass:band=medium', 'band-pass:band=high']],
    [['motion', 'motion-rest']],
    [['grey', 'colour']],
    [['scale:factor=0.3', 'scale:factor=0.7']],
  ])('%j make up the whole', (parts) => {
    const shape = [3, 64, 64];
    const x = noise(shape);
    const sum = x.data.map(() => 0);
    for (const part of parts)
      at(part, shape)
        .inverse(x)
        .data.forEach((value, i) => (sum[i]! += value));
    close({ data: sum, shape: x.shape }, x);
  });

  test('filters see the same in both stages of a model: widths grow with the image', () => {
    const [small, large] = [64, 256].map((side) => {
      // A wave of eight periods, whatever the size.
      const data = Float32Array.from({ length: side * side }, (_, i) =>
        Math.sin((16 * Math.PI * ((i % side) + 0.5)) / side),
      );
      const { data: kept } = at('low-pass', [1, side, side]).inverse({ data, shape: [1, 1, side, side] });
      return Math.max(...kept.subarray((side * side) / 2, (side * side) / 2 + side));
    });
    expect(large! / small!).toBeCloseTo(1, 1);
  });

  test('negation and filters leave a variance alone, permutations move it', () => {
    const variance = noise([1, 28, 28]);
    expect(at('negate', [1, 28, 28]).inverseVariance(variance)).toBe(variance);
    expect(at('low-pass', [1, 28, 28]).inverseVariance(variance)).toBe(variance);
    const flip = at('flip', [1, 28, 28]);
    expect(flip.inverseVariance(variance)).toEqual(flip.inverse(variance));
  });

  test('every pixel of a jigsaw moves with its piece, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 9 }), (seed, tile) => {
        const side = 4 * tile;
        const x = { data: Float32Array.from({ length: side * side }, (_, i) => i), shape: [1, 1, side, side] };
        const seen = at(`jigsaw:seed=${seed}`, [1, side, side]).forward(x);
        expect(new Set(seen.data).size).toBe(side * side);
      }),
      { numRuns: 10 },
    );
  });

  test("puzzles are drawn as NumPy's legacy generator draws them", () => {
    // numpy.random.seed(4522): four permutation(4), then randint(2, size=4)
    expect(drawPuzzle(4522)).toMatchObject({ swaps: [false, true, false, false], turns: { corner: [3, 2, 1, 0] } });
    expect(drawPuzzle(11)).toMatchObject({ swaps: [true, false, true, false], turns: { corner: [2, 3, 0, 1] } });
  });
});
