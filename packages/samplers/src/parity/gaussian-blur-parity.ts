import { UngrainError, type Value } from '@ungrain/core';
import { compareArrays } from '@ungrain/core/parity';
import { z } from 'zod';
import { gaussianBlur, gaussianKernel } from '../filters/gaussian-blur.js';
import type { FileCheck } from './file-check.js';

export const BLUR_FILE = 'gaussian_blur.json';

const fileSchema = z.object({
  cases: z.array(z.object({ name: z.string(), kernel: z.int(), sigma: z.number() })),
  tolerance: z.object({ f64_abs: z.number(), f32_abs: z.number() }),
});

/** The Gaussian blur by torchvision's definition: its kernels in double, its images in float32. */
export const checkGaussianBlur: FileCheck = async function* (source, path) {
  const { cases, tolerance } = fileSchema.parse(await source.json(path));
  const tensors = await source.tensors(path.replace(/json$/, 'safetensors'));
  const get = <D extends Value['dtype']>(name: string, dtype: D) => {
    const value = tensors.get(name);
    if (value?.dtype === dtype) return value as Value & { readonly dtype: D };
    throw new UngrainError('bad-reference', `The tensor '${name}' should be there, as ${dtype}.`);
  };
  const { data, shape } = get('input', 'float32');
  for (const { name, ...options } of cases) {
    const kernel = get(`${name}/kernel`, 'float64').data;
    yield compareArrays(`blur ${name} kernel`, gaussianKernel(options), kernel, { absolute: tolerance.f64_abs });
    const blurred = gaussianBlur({ data, shape: [1, ...shape] }, options).data;
    yield compareArrays(`blur ${name}`, blurred, get(name, 'float64').data, { absolute: tolerance.f32_abs });
  }
};
