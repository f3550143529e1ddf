import { UngrainError, type View } from '@ungrain/core';
import { z } from 'zod';
import { resize } from '../filters/resize.js';

const options = z.strictObject({
  factor: z.int().min(2).max(64).default(8).describe('How many times smaller the image is made before it is enlarged.'),
  antialias: z.boolean().default(true).describe('Averages what a smaller pixel covers.'),
});

/**
 * The image made small and large again, and an example of what cannot work: averaging takes the variance out of the noise
 * and makes neighbours alike (Geng et al. 2024).
 */
export const blurView: View<z.output<typeof options>> = {
  name: 'blur',
  summary: 'Made small and large again; averages the noise away, so it fails.',
  options,
  create({ factor, antialias }, [, height = 1, width = 1]) {
    if (height % factor !== 0 || width % factor !== 0)
      throw new UngrainError(
        'view-shape',
        `View 'blur' makes images ${factor} times smaller, which ${height} × ${width} does not allow.`,
      );
    return {
      forward: (x) => resize(resize(x, [height / factor, width / factor], antialias), [height, width], antialias),
      inverse: (x) => x,
      inverseVariance: (x) => x,
    };
  },
};
