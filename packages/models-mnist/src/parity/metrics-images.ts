import type { Value } from '@ungrain/core';
import type { ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';
import { meanSquaredError, psnr, ssim } from '../scores/index.js';
import { equality } from './measures.js';
import { near, numberSchema } from './metrics-number.js';
import { wanted } from './reference.js';

/** Two images and how alike they are. */
export const imagesSchema = z.strictObject({
  shape: z.array(z.number()),
  data_range: z.number(),
  mse: numberSchema,
  psnr: numberSchema,
  ssim_valid: numberSchema,
  ssim_reflect_full: numberSchema,
});

/** Relative to the error itself; the reference names none, as there is nothing but rounding. */
const MSE_TOLERANCE = 1e-12;
/** In decibels. */
const PSNR_TOLERANCE = 1e-6;
const SSIM_TOLERANCE = 1e-7;

export function* checkImages(
  name: string,
  expected: z.output<typeof imagesSchema>,
  tensors: ReadonlyMap<string, Value>,
): Iterable<ParityCheck> {
  const [a, b] = [planes(wanted(tensors, `img.${name}.a`)), planes(wanted(tensors, `img.${name}.b`))];
  const range = expected.data_range;
  yield equality(`${name} shape`, a.shape, expected.shape);
  yield near(`${name} mse`, () => meanSquaredError(a.data, b.data), expected.mse, MSE_TOLERANCE * expected.mse);
  yield near(`${name} psnr`, () => psnr(a.data, b.data, range), expected.psnr, PSNR_TOLERANCE);
  yield near(`${name} ssim_valid`, () => ssim(a, b, { range }), expected.ssim_valid, SSIM_TOLERANCE);
  const mirrored = (): number => ssim(a, b, { range, edges: 'reflect' });
  yield near(`${name} ssim_reflect_full`, mirrored, expected.ssim_reflect_full, SSIM_TOLERANCE);
}

const planes = ({ data, shape }: Value) => ({ data: Float64Array.from(data as ArrayLike<number>), shape });
