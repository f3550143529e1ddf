import { describe, expect, test } from '@jest/globals';
import { TorchGenerator } from './torch-generator.js';
import { drawTruncatedNormal, erf } from './truncated-normal.js';

/** Results of torch.nn.init.trunc_normal_ in PyTorch 2.13, from seed 3, with the number drawn next. */
describe('drawTruncatedNormal draws what PyTorch draws', () => {
  test('from the normal distribution where the interval holds most of it', () => {
    const generator = new TorchGenerator(3);
    const { data } = drawTruncatedNormal(generator, [2, 3], { mean: 0.1, std: 0.7, low: -0.5, high: 1 });
    const expected = [
      0.6622932553291321, 0.22238337993621826, 0.16228467226028442, -0.32960259914398193, 0.13232772052288055,
      0.9665417075157166,
    ];
    expected.forEach((x, i) => expect(data[i]).toBeCloseTo(x, 6));
    expect(generator.rand([1]).data[0]).toBe(0.1808772087097168);
  });

  test('from a uniform distribution where it holds little', () => {
    const generator = new TorchGenerator(3);
    const { data } = drawTruncatedNormal(generator, [5], { mean: 2, std: 1, low: -0.5, high: 1 });
    expect([...data]).toEqual([
      -0.49360471963882446, 0.6992359161376953, 0.9239574670791626, 0.9127520322799683, -0.2286841869354248,
    ]);
    expect(generator.rand([1]).data[0]).toBe(0.8548295497894287);
  });
});

describe('erf', () => {
  test.each([
    [0, 0],
    [0.5, 0.5204998778130465],
    [-1, -0.8427007929497149],
    [3, 0.9999779095030014],
    [10, 1],
  ])('of %d', (x, expected) => {
    expect(erf(x)).toBeCloseTo(expected, 14);
  });
});
