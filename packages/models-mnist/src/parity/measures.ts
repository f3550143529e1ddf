import type { Tensor } from '@ungrain/core';
import { failedCheck, type ParityCheck } from '@ungrain/core/parity';

/** |a − b| / |b|. */
export const relative = (name: string, actual: number, expected: number, tolerance: number): ParityCheck => ({
  name,
  error: actual === expected ? 0 : Math.abs(actual - expected) / Math.abs(expected),
  tolerance,
  note: `${actual} instead of ${expected}`,
});

/** The largest |aᵢ − bᵢ|. */
export function largestDistance(name: string, actual: Tensor, expected: Tensor, tolerance: number): ParityCheck {
  if (actual.data.length !== expected.data.length) return failedCheck(name, 'it has another size');
  let error = 0;
  for (let i = 0; i < actual.data.length; i++) {
    const distance = Math.abs(actual.data[i]! - expected.data[i]!);
    error = Math.max(error, Number.isNaN(distance) ? Infinity : distance);
  }
  return { name, error, tolerance };
}

/** ‖(a − o) − (b − o)‖₂ / ‖b − o‖₂ over lists of tensors, with o an origin that both moved away from (zero if left out). */
export function relativeL2(
  name: string,
  tensors: readonly { readonly actual: Tensor; readonly expected: Tensor; readonly origin?: Tensor | undefined }[],
  tolerance: number,
): ParityCheck {
  let difference = 0;
  let size = 0;
  for (const { actual, expected, origin } of tensors) {
    if (actual.data.length !== expected.data.length) return failedCheck(name, 'it has another size');
    for (let i = 0; i < expected.data.length; i++) {
      difference += (actual.data[i]! - expected.data[i]!) ** 2;
      size += (expected.data[i]! - (origin?.data[i] ?? 0)) ** 2;
    }
  }
  const error = difference === 0 ? 0 : Math.sqrt(difference / size);
  return { name, error: Number.isNaN(error) ? Infinity : error, tolerance };
}

export const equality = (name: string, actual: unknown, expected: unknown): ParityCheck => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  return { name, error: a === b ? 0 : 1, tolerance: 0, ...(a !== b && { note: `${a} instead of ${b}` }) };
};

/** √Σ‖g‖². */
export const jointNorm = (tensors: readonly Tensor[]): number =>
  Math.sqrt(tensors.reduce((sum, { data }) => sum + data.reduce((part, v) => part + v * v, 0), 0));
