import { integers, type Node } from '../../node.js';
import { refuse, requireRank } from '../../operator.js';
import { pair, type Pair } from '../../operators/convolution.js';
import { gather } from '../../operators/gather.js';
import { upsampleNearest2d } from '../../operators/upsample-nearest2d.js';
import { antialiasMatrix, cubic, interpolationMatrix, tent, type LineGeometry } from './interpolation-matrix.js';
import { mapAxis } from './map-axis.js';

/** The new size in pixels, or the factor by which the image grows. */
export type ResizeTarget = { readonly size: number | Pair } | { readonly scale: number | Pair };

export interface InterpolateOptions {
  /** The centres of the corner pixels stay where they are; otherwise the corners of the image do. */
  readonly alignCorners?: boolean;
  /** Averages over all pixels when shrinking. */
  readonly antialias?: boolean;
}

/** Resizes `x` [N, C, H, W] by taking the pixel that covers the upper left corner of each new one. */
export function interpolateNearest(x: Node, target: ResizeTarget): Node {
  const lines = geometry('interpolateNearest', x, target);
  const factor = lines.map(({ size, out }) => out / size) as [number, number];
  if (lines.every(({ spacing }, i) => Number.isInteger(factor[i]) && spacing === 1 / factor[i]!))
    return upsampleNearest2d(x, factor);
  return lines.reduce<Node>((resized, { size, out, spacing }, i) => {
    const step = Math.fround(spacing); // float32 decides on which side of a border a rounded product falls
    const source = Array.from({ length: out }, (_, j) => Math.min(Math.floor(Math.fround(j * step)), size - 1));
    return gather(resized, integers(source), i + 2);
  }, x);
}

/** Resizes `x` [N, C, H, W] by bilinear interpolation. */
export const interpolateBilinear = (x: Node, target: ResizeTarget, options: InterpolateOptions = {}): Node =>
  interpolate('interpolateBilinear', x, target, options, () => tent);

/** Resizes `x` [N, C, H, W] by cubic convolution with parameter `a`: −0.75, or −0.5 when antialiasing, as in PyTorch. */
export const interpolateBicubic = (
  x: Node,
  target: ResizeTarget,
  { a, ...options }: InterpolateOptions & { readonly a?: number } = {},
): Node => interpolate('interpolateBicubic', x, target, options, (antialias) => cubic(a ?? (antialias ? -0.5 : -0.75)));

function interpolate(
  name: string,
  x: Node,
  target: ResizeTarget,
  { alignCorners = false, antialias = false }: InterpolateOptions,
  kernelFor: (antialias: boolean) => ReturnType<typeof cubic>,
): Node {
  const kernel = kernelFor(antialias);
  const matrices = geometry(name, x, target, alignCorners).map((line) =>
    antialias ? antialiasMatrix(line, kernel) : interpolationMatrix(line, kernel, alignCorners),
  );
  return matrices.reduce<Node>((resized, matrix, i) => mapAxis(resized, i + 2, matrix), x);
}

/** The height's and the width's geometry. A given factor sets the spacing even where the new size had to be rounded. */
function geometry(name: string, x: Node, target: ResizeTarget, alignCorners = false): LineGeometry[] {
  requireRank(name, [x], 0, 4);
  return ([0, 1] as const).map((i) => {
    const size = x.shape[i + 2]!;
    const out = 'size' in target ? pair(target.size)[i] : Math.floor(size * pair(target.scale)[i]);
    if (!(size > 0 && out > 0)) throw refuse(name, [x], `${size} pixels cannot become ${out}`);
    if (alignCorners) return { size, out, spacing: out > 1 ? (size - 1) / (out - 1) : 0 };
    return { size, out, spacing: 'size' in target ? size / out : 1 / pair(target.scale)[i] };
  });
}
