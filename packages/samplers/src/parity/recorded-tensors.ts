import { UngrainError, type ArrayTypes, type Tensor, type Value } from '@ungrain/core';

/** The tensors of a file of reference vectors. */
export type RecordedTensors = ReadonlyMap<string, Value>;

type Float = 'float32' | 'float64';

/** @throws UngrainError `bad-reference` if it is not there, or of another dtype */
export function recorded<D extends Float>(tensors: RecordedTensors, name: string, dtype: D): Value & { dtype: D } {
  const value = tensors.get(name);
  if (value?.dtype === dtype) return value as Value & { dtype: D };
  throw new UngrainError('bad-reference', `The tensor '${name}' should be there, as ${dtype}.`);
}

/** The entries of the first dimension. */
export function rowsOf<D extends Float>({ data, shape: [rows = 0] }: Value & { dtype: D }): readonly ArrayTypes[D][] {
  const size = data.length / Math.max(1, rows);
  return Array.from({ length: rows }, (_, i) => data.slice(i * size, (i + 1) * size) as ArrayTypes[D]);
}

/** The entries of the first dimension as tensors. */
export const tensorsOf = (value: Value & { dtype: 'float32' }): readonly Tensor[] =>
  rowsOf(value).map((data) => ({ data, shape: value.shape.slice(1) }));
