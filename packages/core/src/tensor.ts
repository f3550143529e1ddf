import { UngrainError } from './errors.js';

/** Sizes of the dimensions, outermost first. Images are N, C, H, W. */
export type Shape = readonly number[];

/** A float32 array in row-major order. Tensors are values: every function below makes a new one. */
export interface Tensor {
  readonly data: Float32Array;
  readonly shape: Shape;
}

/** Every element type that the file formats know; the narrow floats are kept as their bit patterns. */
export interface ArrayTypes {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  float8e4m3fn: Uint8Array;
  float8e5m2: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

export type DType = keyof ArrayTypes;

/** An array of any dtype, in row-major order. */
export type Value = { [D in DType]: { readonly dtype: D; readonly data: ArrayTypes[D]; readonly shape: Shape } }[DType];

/** The number of elements of a shape; 1 for the empty shape of a scalar. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** `[64, 1, 28, 28]`, as error messages print it. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/**
 * A tensor over `data`.
 * @throws UngrainError `shape-mismatch` if the shape does not hold exactly the data's elements.
 */
export function tensor(data: Float32Array | readonly number[], shape: Shape): Tensor {
  const array = data instanceof Float32Array ? data : Float32Array.from(data);
  if (sizeOf(shape) !== array.length)
    throw new UngrainError(
      'shape-mismatch',
      `A tensor of shape ${formatShape(shape)} holds ${sizeOf(shape)} numbers, not ${array.length}.`,
    );
  return { data: array, shape };
}

export function full(shape: Shape, value: number): Tensor {
  return { data: new Float32Array(sizeOf(shape)).fill(value), shape };
}

export const zeros = (shape: Shape): Tensor => full(shape, 0);

/** f(x), element by element. */
export function map(x: Tensor, f: (x: number) => number): Tensor {
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++) data[i] = f(x.data[i]!);
  return { data, shape: x.shape };
}

type Sum = (into: Float32Array, weights: readonly number[], xs: readonly Float32Array[]) => void;

/** By the number of terms. The sums of a sampler's step are short: without a loop inside they take a fifth of the time. */
const SUMS: Readonly<Record<number, Sum>> = {
  1: (into, [a], [x]) => {
    for (let i = 0; i < into.length; i++) into[i] = a! * x![i]!;
  },
  2: (into, [a, b], [x, y]) => {
    for (let i = 0; i < into.length; i++) into[i] = a! * x![i]! + b! * y![i]!;
  },
  3: (into, [a, b, c], [x, y, z]) => {
    for (let i = 0; i < into.length; i++) into[i] = a! * x![i]! + b! * y![i]! + c! * z![i]!;
  },
  4: (into, [a, b, c, d], [x, y, z, w]) => {
    for (let i = 0; i < into.length; i++) into[i] = a! * x![i]! + b! * y![i]! + c! * z![i]! + d! * w![i]!;
  },
  5: (into, [a, b, c, d, e], [x, y, z, w, v]) => {
    for (let i = 0; i < into.length; i++) into[i] = a! * x![i]! + b! * y![i]! + c! * z![i]! + d! * w![i]! + e! * v![i]!;
  },
};

const sumOfMany: Sum = (into, weights, xs) => {
  for (let i = 0; i < into.length; i++) {
    let sum = 0;
    for (let j = 0; j < xs.length; j++) sum += weights[j]! * xs[j]![i]!;
    into[i] = sum;
  }
};

/**
 * Σ weightᵢ·tensorᵢ, each product and sum in double precision and rounded once: the arithmetic of samplers and guidance.
 * @throws UngrainError `shape-mismatch` if the shapes differ, `empty-sum` without any term.
 */
export function linear(...terms: readonly (readonly [weight: number, x: Tensor])[]): Tensor {
  const first = terms[0]?.[1];
  if (!first) throw new UngrainError('empty-sum', 'A linear combination needs at least one term.');
  for (const [, x] of terms)
    if (!sameShape(x.shape, first.shape))
      throw new UngrainError(
        'shape-mismatch',
        `Tensors of shapes ${formatShape(first.shape)} and ${formatShape(x.shape)} cannot be added.`,
      );
  const data = new Float32Array(first.data.length);
  const weights = terms.map(([weight]) => weight);
  const xs = terms.map(([, x]) => x.data);
  (SUMS[terms.length] ?? sumOfMany)(data, weights, xs);
  return { data, shape: first.shape };
}

export const add = (a: Tensor, b: Tensor): Tensor => linear([1, a], [1, b]);
export const subtract = (a: Tensor, b: Tensor): Tensor => linear([1, a], [-1, b]);
export const scale = (x: Tensor, factor: number): Tensor => linear([factor, x]);

/**
 * Tensors joined along the first dimension.
 * @throws UngrainError `shape-mismatch` if the other dimensions differ, `empty-sum` without any tensor.
 */
export function concatRows(tensors: readonly Tensor[]): Tensor {
  const first = tensors[0];
  if (!first) throw new UngrainError('empty-sum', 'Joining rows needs at least one tensor.');
  if (tensors.length === 1) return { data: first.data, shape: first.shape };
  const rest = first.shape.slice(1);
  const rows = tensors.reduce((sum, x) => {
    if (!sameShape(x.shape.slice(1), rest))
      throw new UngrainError(
        'shape-mismatch',
        `Rows of shapes ${formatShape(first.shape)} and ${formatShape(x.shape)} cannot be joined.`,
      );
    return sum + (x.shape[0] ?? 0);
  }, 0);
  const data = new Float32Array(rows * sizeOf(rest));
  let at = 0;
  for (const x of tensors) {
    data.set(x.data, at);
    at += x.data.length;
  }
  return { data, shape: [rows, ...rest] };
}

/** Rows `start` to `end` (exclusive) of the first dimension: a view of the same numbers. */
export function sliceRows(x: Tensor, start: number, end: number): Tensor {
  const rest = x.shape.slice(1);
  const size = sizeOf(rest);
  return { data: x.data.subarray(start * size, end * size), shape: [end - start, ...rest] };
}
