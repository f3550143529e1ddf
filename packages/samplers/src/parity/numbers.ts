import { UngrainError, type Value } from '@ungrain/core';
import { failedCheck, type ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';

/** A number, which JSON has no word for where it is none. */
export const number = z.union([
  z.number(),
  z.enum(['inf', '-inf', 'nan']).transform((word) => ({ inf: Infinity, '-inf': -Infinity, nan: NaN })[word]),
]);

/** |got − x| ≤ tolerance · max(1, |x|) for every number; infinite and NaN where the reference is. */
export function compareNumbers(
  name: string,
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): ParityCheck {
  if (actual.length !== expected.length)
    return failedCheck(name, `${actual.length} numbers instead of ${expected.length}`);
  let [worst, error] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i])) continue;
    const off = Math.abs(actual[i]! - expected[i]!) / Math.max(1, Math.abs(expected[i]!));
    if (off <= error) continue; // NaN goes on
    [worst, error] = [i, Number.isNaN(off) ? Infinity : off];
  }
  return { name, error, tolerance, note: `number ${worst} is ${actual[worst]} instead of ${expected[worst]}` };
}

/** A tensor's numbers, in double precision. */
export interface Doubles {
  readonly data: Float64Array;
  readonly shape: readonly number[];
}

/** @throws UngrainError `bad-reference` if there is no such tensor */
export function doublesOf(tensors: ReadonlyMap<string, Value>, name: string): Doubles {
  const value = tensors.get(name);
  if (!value) throw new UngrainError('bad-reference', `The tensor '${name}' should be there.`);
  return { data: Float64Array.from(value.data as ArrayLike<number | bigint>, Number), shape: value.shape };
}
