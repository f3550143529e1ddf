import type { ParityCheck } from '@ungrain/core/parity';
import { z } from 'zod';

/** What a file says of a tensor that it does not hold: its sums, and its elements at some places. */
export const summarySchema = z.object({
  shape: z.array(z.int()),
  sum: z.number(),
  sum_sq: z.number(),
  at: z.array(z.int()),
  values: z.array(z.number()),
});
export type Summary = z.output<typeof summarySchema>;

export interface SummaryTolerance {
  /** Of an element. */
  readonly absolute: number;
  /** Of the sums, relative to them or to 1. */
  readonly sums: number;
}

/** Compares elements and sums. */
export function* compareSummary(
  name: string,
  data: ArrayLike<number>,
  { sum, sum_sq: squares, at, values }: Summary,
  tolerance: SummaryTolerance,
): Iterable<ParityCheck> {
  let [ours, ourSquares] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    ours += data[i]!;
    ourSquares += data[i]! ** 2;
  }
  const off = values.map((value, i) => Math.abs((data[at[i]!] ?? NaN) - value));
  const worst = off.reduce((most, error) => (error <= most ? most : error), 0);
  yield { name: `${name} values`, error: worst, tolerance: tolerance.absolute };
  yield {
    name: `${name} sums`,
    error: Math.max(relative(ours, sum), relative(ourSquares, squares)),
    tolerance: tolerance.sums,
  };
}

const relative = (actual: number, expected: number): number =>
  Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
