import { formatShape, sameShape, type Value } from '../tensor.js';
import type { ParityCheck } from './contract.js';

/** How close two arrays have to be: equal, within an absolute distance, or within steps between neighbouring float32s. */
export type Closeness = 'equal' | { readonly absolute: number } | { readonly float32Steps: number };

/** A check that could not be computed. */
export const failedCheck = (name: string, note: string): ParityCheck => ({ name, error: Infinity, tolerance: 0, note });

/** A check that broke off, with the message of what was thrown. */
export const brokenCheck = (name: string, error: unknown): ParityCheck =>
  failedCheck(name, error instanceof Error ? error.message : String(error));

/** The checks of one part; what breaks it is a failed check more. */
export async function* guarded(
  name: string,
  part: () => AsyncIterable<ParityCheck>,
): AsyncGenerator<ParityCheck, void, void> {
  try {
    yield* part();
  } catch (error) {
    yield brokenCheck(name, error);
  }
}

/** A check that runs `check`, and has failed with the message of whatever that throws. */
export function attempt(name: string, check: () => ParityCheck): ParityCheck {
  try {
    return check();
  } catch (error) {
    return brokenCheck(name, error);
  }
}

/** Compares dtype, shape and every element with a reference. */
export function compareValues(name: string, actual: Value, expected: Value, closeness: Closeness): ParityCheck {
  if (actual.dtype !== expected.dtype) return failedCheck(name, `${actual.dtype} instead of ${expected.dtype}`);
  if (!sameShape(actual.shape, expected.shape))
    return failedCheck(name, `shape ${formatShape(actual.shape)} instead of ${formatShape(expected.shape)}`);
  return compareArrays(name, actual.data, expected.data, closeness);
}

/** Compares every element with a reference. The error of 'equal' is the number of elements that differ. */
export function compareArrays(
  name: string,
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  closeness: Closeness,
): ParityCheck {
  if (actual.length !== expected.length)
    return failedCheck(name, `${actual.length} elements instead of ${expected.length}`);
  let sum = 0;
  let largest = 0;
  let worst = -1;
  for (let i = 0; i < actual.length; i++) {
    const distance = distanceBetween(actual[i]!, expected[i]!, closeness);
    sum += distance;
    if (distance <= largest) continue;
    largest = distance;
    worst = i;
  }
  const note = worst < 0 ? {} : { note: `element ${worst} is ${actual[worst]} instead of ${expected[worst]}` };
  return { name, error: closeness === 'equal' ? sum : largest, tolerance: toleranceOf(closeness), ...note };
}

function toleranceOf(closeness: Closeness): number {
  if (closeness === 'equal') return 0;
  return 'absolute' in closeness ? closeness.absolute : closeness.float32Steps;
}

/** Infinite where one of the two is no number. */
function distanceBetween(actual: number | bigint, expected: number | bigint, closeness: Closeness): number {
  if (actual === expected) return 0;
  if (closeness === 'equal') return 1;
  const distance = Math.abs(Number(actual) - Number(expected));
  if (Number.isNaN(distance)) return Infinity;
  return 'absolute' in closeness ? distance : distance / float32Step(Number(expected));
}

/** The distance from a float32 to the next one away from zero. */
function float32Step(x: number): number {
  const exponent = Math.floor(Math.log2(Math.max(Math.abs(x), 2 ** -126)));
  return 2 ** (exponent - 23);
}
