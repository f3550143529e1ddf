import { UngrainError } from '../errors.js';

/**
 * A seed as a whole number of any size.
 * @throws UngrainError `bad-seed` for fractions, and for numbers too large to be exact
 */
export function seedToBigInt(seed: number | bigint): bigint {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed))
    throw new UngrainError('bad-seed', `A seed is an integer, not ${seed}; beyond 2^53 write it as a bigint.`);
  return BigInt(seed);
}
