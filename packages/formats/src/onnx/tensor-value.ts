import { TensorProto_DataType as Type, type TensorProto } from 'onnx-buf';
import { formatShape, sizeOf, type DType, type Shape, type Value } from '@ungrain/core';
import type { Refuse } from '../refusal.js';
import { byteLengthOf, bytesPerElement, valueOverBytes } from '../value-bytes.js';

/** Element types by their numbers in ONNX files. Those of less than a byte, complex ones and texts are not known here. */
const DTYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [Type.FLOAT, 'float32'],
  [Type.DOUBLE, 'float64'],
  [Type.FLOAT16, 'float16'],
  [Type.BFLOAT16, 'bfloat16'],
  [Type.FLOAT8E4M3FN, 'float8e4m3fn'],
  [Type.FLOAT8E5M2, 'float8e5m2'],
  [Type.INT64, 'int64'],
  [Type.INT32, 'int32'],
  [Type.INT16, 'int16'],
  [Type.INT8, 'int8'],
  [Type.UINT64, 'uint64'],
  [Type.UINT32, 'uint32'],
  [Type.UINT16, 'uint16'],
  [Type.UINT8, 'uint8'],
  [Type.BOOL, 'bool'],
]);

/** What a tensor is, apart from its elements. */
export interface TensorLayout {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The bytes that its elements take. */
  readonly length: number;
}

/** Null for an element type that is not known here. */
export function layoutOf({ dataType, dims }: TensorProto, refuse: Refuse): TensorLayout | null {
  const dtype = DTYPES.get(dataType);
  const shape = dims.map(Number);
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    refuse(`its shape ${formatShape(shape)} is impossible`);
  if (!dtype) return null;
  const length = byteLengthOf(shape, dtype) ?? refuse(`its shape ${formatShape(shape)} is impossible`);
  return { dtype, shape, length };
}

/** The value of a tensor whose data lies in the file: as raw bytes, or as a list of numbers. */
export function internalValue(tensor: TensorProto, layout: TensorLayout, refuse: Refuse): Value {
  const { dtype, shape, length } = layout;
  const check = (found: number, expected: number): void => {
    if (found !== expected) refuse(`it has ${found} bytes or elements, and its shape takes ${expected}`);
  };
  if (tensor.rawData.length > 0) {
    check(tensor.rawData.length, length);
    return valueOverBytes(dtype, tensor.rawData, shape);
  }
  const list = listOf(tensor, dtype);
  check(list.length, sizeOf(shape));
  const value = valueOverBytes(dtype, new Uint8Array(list.length * bytesPerElement(dtype)), shape);
  const isWide = dtype === 'int64' || dtype === 'uint64';
  (value.data as { set(numbers: ArrayLike<number | bigint>): void }).set(isWide ? list.map(BigInt) : list.map(Number));
  return value;
}

/** The list that a dtype's elements stand in; narrow ones are integers of 32 bits, narrow floats their patterns. */
function listOf(tensor: TensorProto, dtype: DType): readonly (number | bigint)[] {
  switch (dtype) {
    case 'float32':
      return tensor.floatData;
    case 'float64':
      return tensor.doubleData;
    case 'int64':
      return tensor.int64Data;
    case 'uint64':
    case 'uint32':
      return tensor.uint64Data;
    case 'float16':
    case 'bfloat16':
    case 'float8e4m3fn':
    case 'float8e5m2':
    case 'int32':
    case 'int16':
    case 'int8':
    case 'uint16':
    case 'uint8':
    case 'bool':
      return tensor.int32Data;
  }
}
