import type { DType } from '@ungrain/core';

/** Element types by their names in safetensors files. Those of less than a byte, and complex ones, are not known here. */
export const DTYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ['F64', 'float64'],
  ['F32', 'float32'],
  ['F16', 'float16'],
  ['BF16', 'bfloat16'],
  ['F8_E4M3', 'float8e4m3fn'],
  ['F8_E5M2', 'float8e5m2'],
  ['I64', 'int64'],
  ['I32', 'int32'],
  ['I16', 'int16'],
  ['I8', 'int8'],
  ['U64', 'uint64'],
  ['U32', 'uint32'],
  ['U16', 'uint16'],
  ['U8', 'uint8'],
  ['BOOL', 'bool'],
]);

/** The names by element type. */
export const DTYPE_NAMES: ReadonlyMap<DType, string> = new Map([...DTYPES].map(([name, dtype]) => [dtype, name]));
