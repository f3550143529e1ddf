import { TorchGenerator } from '@ungrain/core';

export interface RandomHalvesOptions {
  /** How many halves are drawn; 30 know a standard error to about 13 %. */
  readonly draws?: number;
  readonly seed?: number;
}

/**
 * The standard errors of statistics of `count` items: their standard deviation over random halves of the items (the
 * delete-d jackknife, Shao & Wu 1989, "A General Theory for Jackknife Variance Estimation", with d = count/2). Unlike the
 * bootstrap it repeats no item, which would put neighbours at distance 0 and make covariances singular.
 *
 * @param statistics of the items with the given numbers
 * @throws RangeError with fewer than two items
 */
export function standardErrors(
  count: number,
  statistics: (items: Uint32Array) => readonly number[],
  { draws = 30, seed = 0 }: RandomHalvesOptions = {},
): readonly number[] {
  if (count < 2) throw new RangeError(`${count} items have no halves.`);
  const generator = new TorchGenerator(seed);
  const half = Math.floor(count / 2);
  const results = Array.from({ length: draws }, () => statistics(generator.permutation(count).subarray(0, half)));
  // A half varies by σ²·(1/half − 1/count), all items by σ²/count.
  const factor = Math.sqrt(half / (count - half));
  return results[0]!.map((_, which) => factor * deviation(results.map((result) => result[which]!)));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
