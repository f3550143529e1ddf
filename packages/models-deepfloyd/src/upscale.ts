import type { Shape, Tensor } from '@ungrain/core';

/**
 * Images [N, C, h, w] in the height and width of `shape`, bilinearly; the centres of the corner pixels stay where they are
 * (`align_corners` in PyTorch).
 */
export function upscale(image: Tensor, shape: Shape): Tensor {
  const [rows = 0, channels = 0, height = 0, width = 0] = image.shape;
  const [outHeight, outWidth] = shape.slice(-2) as [number, number];
  const [down, across] = [places(height, outHeight), places(width, outWidth)];
  const planes = rows * channels;
  const data = new Float32Array(planes * outHeight * outWidth);
  let at = 0;
  for (let plane = 0; plane < planes; plane++) {
    const start = plane * height * width;
    for (const y of down)
      for (const x of across) {
        const pixel = (line: number, column: number): number => image.data[start + line * width + column]!;
        const above = pixel(y.low, x.low) * (1 - x.part) + pixel(y.low, x.high) * x.part;
        const below = pixel(y.high, x.low) * (1 - x.part) + pixel(y.high, x.high) * x.part;
        data[at++] = above * (1 - y.part) + below * y.part;
      }
  }
  return { data, shape: [rows, channels, outHeight, outWidth] };
}

/** Between which pixels each new one lies, and how far from the first. */
function places(size: number, out: number): readonly { low: number; high: number; part: number }[] {
  const spacing = out > 1 ? (size - 1) / (out - 1) : 0;
  return Array.from({ length: out }, (_, i) => {
    const place = i * spacing;
    const low = Math.min(Math.floor(place), size - 1);
    return { low, high: Math.min(low + 1, size - 1), part: place - low };
  });
}
