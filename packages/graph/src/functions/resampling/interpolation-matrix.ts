import type { AxisMatrix } from './map-axis.js';

/** An interpolation kernel: the weight of a pixel at distance x, zero from `radius` on. */
export interface InterpolationKernel {
  readonly radius: number;
  weight(x: number): number;
}

/** Bilinear interpolation: a tent. */
export const tent: InterpolationKernel = { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Cubic convolution (Keys, 1981) with parameter a: −0.75 in PyTorch, −0.5 in PIL and in PyTorch's antialiasing. */
export const cubic = (a: number): InterpolationKernel => ({
  radius: 2,
  weight: (signed) => {
    const x = Math.abs(signed);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    return x < 2 ? a * (((x - 5) * x + 8) * x - 4) : 0;
  },
});

/** How `out` pixels of a line are made from `size` ones. */
export interface LineGeometry {
  readonly size: number;
  readonly out: number;
  /** Input pixels an output pixel apart. */
  readonly spacing: number;
}

/** Each output pixel from the 2·radius inputs around it; those beyond the edge are the edge's. */
export function interpolationMatrix(
  { size, out, spacing }: LineGeometry,
  { radius, weight }: InterpolationKernel,
  alignCorners: boolean,
): AxisMatrix {
  return Array.from({ length: out }, (_, i) => {
    const at = alignCorners ? i * spacing : (i + 0.5) * spacing - 0.5; // pixel centres are at whole numbers
    const row = new Array<number>(size).fill(0);
    const first = Math.floor(at) - radius + 1;
    for (let j = first; j < first + 2 * radius; j++) row[Math.min(Math.max(j, 0), size - 1)]! += weight(at - j);
    return row;
  });
}

/** The same with the kernel stretched over as many inputs as an output pixel covers, so that shrinking averages them all. */
export function antialiasMatrix(
  { size, out, spacing }: LineGeometry,
  { radius, weight }: InterpolationKernel,
): AxisMatrix {
  const stretch = Math.max(spacing, 1);
  return Array.from({ length: out }, (_, i) => {
    const centre = (i + 0.5) * spacing; // pixel j reaches from j to j + 1
    const first = Math.max(Math.trunc(centre - radius * stretch + 0.5), 0);
    const last = Math.min(Math.trunc(centre + radius * stretch + 0.5), size);
    const row = Array.from({ length: size }, (_, j) =>
      first <= j && j < last ? weight((j + 0.5 - centre) / stretch) : 0,
    );
    const total = row.reduce((sum, w) => sum + w, 0);
    return row.map((w) => w / total);
  });
}
