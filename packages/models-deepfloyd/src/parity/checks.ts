import type { Tensor, Value } from '@ungrain/core';
import { compareArrays, type ParityCheck } from '@ungrain/core/parity';
import { toFloat32 } from '@ungrain/formats';

/** A tensor of a reference file as float32. @throws Error if there is none of this name */
export function wanted(tensors: ReadonlyMap<string, Value>, name: string): Tensor {
  const found = tensors.get(name);
  if (!found) throw new Error(`the file has no tensor '${name}'`);
  return found.dtype === 'int64' || found.dtype === 'uint8'
    ? { data: Float32Array.from(found.data as ArrayLike<number | bigint>, Number), shape: found.shape }
    : toFloat32(found);
}

/** Every element within `tolerance`, absolutely. */
export const compare = (name: string, actual: Tensor, expected: Tensor, tolerance: number): ParityCheck =>
  compareArrays(name, actual.data, expected.data, { absolute: tolerance });

/** Every element within `tolerance` of the reference's own largest value. */
export function compareScaled(name: string, actual: Tensor, expected: Tensor, tolerance: number): ParityCheck {
  const largest = expected.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return compare(name, actual, expected, tolerance * Math.max(largest, Number.MIN_VALUE));
}
