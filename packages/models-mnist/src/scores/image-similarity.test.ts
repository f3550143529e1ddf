import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { meanSquaredError, psnr } from './psnr.js';
import { ssim } from './ssim.js';

const image = (height: number, width: number) =>
  fc
    .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: height * width, maxLength: height * width })
    .map((data) => ({ data, shape: [height, width] }));

test('equal images are as alike as can be', () => {
  fc.assert(
    fc.property(image(11, 13), (x) => {
      expect(psnr(x.data, x.data, 1)).toBe(Infinity);
      expect(ssim(x, x, { range: 1 })).toBeCloseTo(1, 12);
      expect(ssim(x, x, { range: 1, edges: 'reflect' })).toBeCloseTo(1, 12);
    }),
    { numRuns: 20 },
  );
});

test('the order of the images, and a common scale, do not matter', () => {
  fc.assert(
    fc.property(image(12, 11), image(12, 11), (x, y) => {
      const similarity = ssim(x, y, { range: 1 });
      const bright = (of: typeof x) => ({ ...of, data: of.data.map((value) => 255 * value) });
      expect(ssim(y, x, { range: 1 })).toBeCloseTo(similarity, 12);
      expect(ssim(bright(x), bright(y), { range: 255 })).toBeCloseTo(similarity, 9);
      expect(psnr(bright(x).data, bright(y).data, 255)).toBeCloseTo(psnr(x.data, y.data, 1), 9);
    }),
    { numRuns: 20 },
  );
});

test('a tenth of the range off everywhere is 20 dB', () => {
  expect(psnr([0, 1, 2], [0.2, 1.2, 1.8], 2)).toBeCloseTo(20, 10);
});

test('refuses images that cannot be compared', () => {
  expect(() => meanSquaredError([1], [1, 2])).toThrow('1 and 2 values');
  const small = { data: new Array<number>(110).fill(0), shape: [11, 10] };
  expect(() => ssim(small, small, { range: 1 })).toThrow(RangeError);
});
