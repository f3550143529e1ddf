import { formatShape, sameShape, type Value } from '@ungrain/core';
import { compareValues, failedCheck, type ParityCheck } from '@ungrain/core/parity';
import type { Tolerance } from './ops-case.js';

/**
 * Compares a tensor with its reference. Whole numbers, bools and what the reference calls exact have to be equal: the
 * error is the number of elements that are not. For others the error is the largest |a − b| / (atol + rtol·|b|), so
 * that 1 is the tolerance.
 */
export function compareWithin(
  name: string,
  actual: Value,
  expected: Value,
  { exact = false, atol = 0, rtol = 0 }: Tolerance,
): ParityCheck {
  if (exact || expected.dtype !== 'float32' || actual.dtype !== 'float32')
    return compareValues(name, actual, expected, 'equal');
  if (!sameShape(actual.shape, expected.shape))
    return failedCheck(name, `shape ${formatShape(actual.shape)} instead of ${formatShape(expected.shape)}`);
  const worst = largestError(actual.data, expected.data, Number(atol), Number(rtol));
  if (worst.error <= 1) return { name, error: worst.error, tolerance: 1 };
  const { error, at } = worst;
  return { name, error, tolerance: 1, note: `element ${at} is ${actual.data[at]} instead of ${expected.data[at]}` };
}

/** The largest error in units of the tolerance, and where it is. What is no number is infinitely wrong. */
function largestError(actual: Float32Array, expected: Float32Array, atol: number, rtol: number) {
  let [error, at] = [0, 0];
  for (let i = 0; i < actual.length; i++) {
    const [a, b] = [actual[i]!, expected[i]!];
    const ratio = a === b ? 0 : Math.abs(a - b) / (atol + rtol * Math.abs(b));
    const wrong = Number.isNaN(ratio) ? Infinity : ratio;
    if (wrong > error) [error, at] = [wrong, i];
  }
  return { error, at };
}
