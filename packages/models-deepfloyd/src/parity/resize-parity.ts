import type { ParityCheck, ParitySource } from '@ungrain/core/parity';
import { upscale } from '../upscale.js';
import { compare, wanted } from './checks.js';

const FILE = 'reference/stage2_resize.safetensors';
const TOLERANCE = 2e-6;

/** How stage II's image is enlarged. */
export async function* checkResize(source: ParitySource): AsyncGenerator<ParityCheck, void, void> {
  if (!(await source.exists(FILE))) return;
  const reference = await source.tensors(FILE);
  const image = wanted(reference, 'input');
  for (const name of reference.keys())
    if (name !== 'input') {
      const expected = wanted(reference, name);
      yield compare(`resize ${name}`, upscale(image, expected.shape), expected, TOLERANCE);
    }
}
