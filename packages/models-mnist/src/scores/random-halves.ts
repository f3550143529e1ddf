import { TorchGenerator } from '@ungrain/core';

/** So many halves know a standard error to about 13 %. */
export const HALVES = 30;

/**
 * Random halves of the numbers 0 … count − 1, for `errorOverHalves`.
 * @throws RangeError with fewer than two items
 */
export function* randomHalves(count: number, { draws = HALVES, seed = 0 } = {}): Generator<Uint32Array, void, void> {
  if (count < 2) throw new RangeError(`${count} items have no halves.`);
  const generator = new TorchGenerator(seed);
  for (let i = 0; i < draws; i++) yield generator.permutation(count).subarray(0, Math.floor(count / 2));
}

/**
 * The standard error of a statistic of `count` items, from its values on random halves of them: the delete-d jackknife
 * (Shao & Wu 1989, "A General Theory for Jackknife Variance Estimation") with d = count/2. Unlike the bootstrap it repeats
 * no item, which would put neighbours at distance 0 and make covariances singular.
 */
export function errorOverHalves(values: readonly number[], count: number): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  // A half varies by σ²·(1/half − 1/count), all items by σ²/count.
  const half = Math.floor(count / 2);
  return Math.sqrt((variance * half) / (count - half));
}
