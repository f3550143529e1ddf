import { formatShape, type Tensor } from '@ungrain/core';

/** Features are tensors [rows, width], a row for each image; this is how the scores look at them. */
export interface Rows {
  readonly data: Float32Array;
  readonly count: number;
  readonly width: number;
}

/** @throws RangeError for other shapes than [rows, width], and with fewer rows than `least` */
export function rowsOf({ data, shape }: Tensor, least = 1): Rows {
  const [count = 0, width = 0] = shape;
  if (shape.length !== 2 || width < 1 || count < least)
    throw new RangeError(
      `Features of shape ${formatShape(shape)} should be [rows, width] with at least ${least} rows.`,
    );
  return { data, count, width };
}

/** The same with a check that they can be compared. @throws RangeError also where the widths differ */
export function comparableRows(a: Tensor, b: Tensor, least = 1): readonly [Rows, Rows] {
  const both = [rowsOf(a, least), rowsOf(b, least)] as const;
  if (both[0].width !== both[1].width)
    throw new RangeError(`Features of widths ${both[0].width} and ${both[1].width} cannot be compared.`);
  return both;
}

/** The rows number `items`, copied. */
export function gatherRows(features: Tensor, items: ArrayLike<number>): Tensor {
  const { data, width } = rowsOf(features);
  const gathered = new Float32Array(items.length * width);
  for (let i = 0; i < items.length; i++)
    gathered.set(data.subarray(items[i]! * width, (items[i]! + 1) * width), i * width);
  return { data: gathered, shape: [items.length, width] };
}

/**
 * ‖aᵢ − bⱼ‖², from squared differences in double: equal rows are at exactly 0, and ties stay ties. Four sums at a time,
 * as each addition has to wait for the one before it in its sum.
 */
export function squaredDistance(a: Rows, i: number, b: Rows, j: number): number {
  const { data: x, width } = a;
  const y = b.data;
  const [from, to] = [i * width, j * width];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 3 < width; at += 4) {
    const d0 = x[from + at]! - y[to + at]!;
    const d1 = x[from + at + 1]! - y[to + at + 1]!;
    const d2 = x[from + at + 2]! - y[to + at + 2]!;
    const d3 = x[from + at + 3]! - y[to + at + 3]!;
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; at < width; at++) s0 += (x[from + at]! - y[to + at]!) ** 2;
  return s0 + s1 + (s2 + s3);
}

/** aᵢ · bⱼ in double, four sums at a time. */
export function dotProduct(a: Rows, i: number, b: Rows, j: number): number {
  const { data: x, width } = a;
  const y = b.data;
  const [from, to] = [i * width, j * width];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let at = 0;
  for (; at + 3 < width; at += 4) {
    s0 += x[from + at]! * y[to + at]!;
    s1 += x[from + at + 1]! * y[to + at + 1]!;
    s2 += x[from + at + 2]! * y[to + at + 2]!;
    s3 += x[from + at + 3]! * y[to + at + 3]!;
  }
  for (; at < width; at++) s0 += x[from + at]! * y[to + at]!;
  return s0 + s1 + (s2 + s3);
}
