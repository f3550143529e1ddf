import { TorchGenerator } from '@ungrain/core';
import { z } from 'zod';
import type { ImageSize } from '../filters/planes.js';
import { partSide, permutationView, pixelsFrom } from './permutation.js';

const seed = z.int().min(0).default(0).describe("Of PyTorch's generator, whose permutation is taken.");
const patchOptions = z.strictObject({
  patches: z.int().min(1).max(1024).default(8).describe('Patches along each side.'),
  seed,
});
const pixelOptions = z.strictObject({ seed });

/** Square patches in random order (Geng et al. 2024). */
export const patchPermuteView = permutationView<z.output<typeof patchOptions>>({
  name: 'patch-permute',
  summary: 'Square patches in random order.',
  options: patchOptions,
  from({ patches, seed }, size) {
    partSide(size, patches, 'patch-permute');
    return patchesFrom(size, patches, new TorchGenerator(seed).permutation(patches ** 2));
  },
});

/** All pixels in random order, where a patch is one pixel. Images of any size can be shuffled so. */
export const pixelPermuteView = permutationView<z.output<typeof pixelOptions>>({
  name: 'pixel-permute',
  summary: 'All pixels in random order.',
  options: pixelOptions,
  from: ({ seed }, size) => Int32Array.from(new TorchGenerator(seed).permutation(size.height * size.width)),
});

/** Patches in a given order, row by row: seen[i] = patches[order[i]]. */
export function patchesFrom(size: ImageSize, across: number, order: ArrayLike<number>): Int32Array {
  const side = size.width / across;
  return pixelsFrom(size, (y, x) => {
    const patch = order[Math.floor(y / side) * across + Math.floor(x / side)]!;
    return [Math.floor(patch / across) * side + (y % side), (patch % across) * side + (x % side)];
  });
}
