import type { ArrayTypes, DType, Shape, Value } from '@ungrain/core';

interface ArrayConstructor<A> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): A;
  readonly BYTES_PER_ELEMENT: number;
}

const CONSTRUCTORS: { readonly [D in DType]: ArrayConstructor<ArrayTypes[D]> } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float8e4m3fn: Uint8Array,
  float8e5m2: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

export const bytesPerElement = (dtype: DType): number => CONSTRUCTORS[dtype].BYTES_PER_ELEMENT;

/**
 * The bytes that a shape takes up; null beyond 2⁵³. Dimensions of 0 make it 0, but hide no overflow of the others.
 * @param shape whole numbers, 0 … 2⁵³
 */
export function byteLengthOf(shape: Shape, dtype: DType): number | null {
  let length = bytesPerElement(dtype);
  for (const size of shape) if (size > 0) length *= size;
  // Rounded or not: a product that ever passed 2⁵³ did not shrink again.
  if (length > Number.MAX_SAFE_INTEGER) return null;
  return shape.includes(0) ? 0 : length;
}

/**
 * A value over little-endian bytes. It shares them where they are aligned to its elements, and copies them where not.
 * @param bytes exactly the elements of `shape`
 */
export function valueOverBytes(dtype: DType, bytes: Uint8Array, shape: Shape): Value {
  const constructor = CONSTRUCTORS[dtype];
  const size = constructor.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % size === 0 ? bytes : copyOf(bytes);
  const data = new constructor(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
  return { dtype, data, shape } as Value;
}

/** A copy with memory of its own. (`slice` would not do: Node's Buffer overrides it with one that shares.) */
export const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

/** The little-endian bytes of a value, shared with it. */
export const bytesOfValue = ({ data }: Value): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
