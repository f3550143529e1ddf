import type { Tensor } from '@ungrain/core';
import { mapPlanes } from './planes.js';

/**
 * The mean along a diagonal of `size` pixels, from upper left to lower right: what a camera sees that moves so. Beyond the
 * edges an image is 0.
 *
 * @param x [rows, channels, height, width]
 * @param size odd
 */
export function motionBlur(x: Tensor, size: number): Tensor {
  const radius = size >> 1;
  return mapPlanes(x, (plane, blurred, { height, width }) => {
    for (let i = 0; i < blurred.length; i++) {
      const [row, column] = [Math.floor(i / width), i % width];
      let sum = 0;
      for (let step = -radius; step <= radius; step++) {
        const [y, x] = [row + step, column + step];
        if (y >= 0 && y < height && x >= 0 && x < width) sum += plane[y * width + x]!;
      }
      blurred[i] = sum / size;
    }
  });
}
