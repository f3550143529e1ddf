import type { Tensor } from '@ungrain/core';

/** The size of images, in pixels. */
export interface ImageSize {
  readonly height: number;
  readonly width: number;
}

/**
 * A batch [rows, channels, height, width] of which every plane was made from the same plane of another by itself.
 * @param fill writes the new plane, all 0 at first, row by row
 */
export function mapPlanes(
  x: Tensor,
  fill: (plane: Float32Array, result: Float32Array, size: ImageSize) => void,
): Tensor {
  const [height = 1, width = 1] = x.shape.slice(-2);
  const data = new Float32Array(x.data.length);
  for (let at = 0; at < data.length; at += height * width)
    fill(x.data.subarray(at, at + height * width), data.subarray(at, at + height * width), { height, width });
  return { data, shape: x.shape };
}
