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

/** ‖aᵢ − bⱼ‖², from squared differences in double: equal rows are at exactly 0, and ties stay ties. */
export function squaredDistance(a: Rows, i: number, b: Rows, j: number): number {
  const { width } = a;
  const [from, to] = [i * width, j * width];
  let sum = 0;
  for (let at = 0; at < width; at++) {
    const difference = a.data[from + at]! - b.data[to + at]!;
    sum += difference * difference;
  }
  return sum;
}

/** aᵢ · bⱼ in double. */
export function dotProduct(a: Rows, i: number, b: Rows, j: number): number {
  const { width } = a;
  const [from, to] = [i * width, j * width];
  let sum = 0;
  for (let at = 0; at < width; at++) sum += a.data[from + at]! * b.data[to + at]!;
  return sum;
}
