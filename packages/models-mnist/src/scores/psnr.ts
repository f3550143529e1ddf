/** The mean of (a − b)², in double. @throws RangeError for arrays of different lengths, or empty ones */
export function meanSquaredError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length || a.length === 0)
    throw new RangeError(`Images of ${a.length} and ${b.length} values cannot be compared.`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum / a.length;
}

/**
 * The peak signal-to-noise ratio in decibels, 10·log₁₀(range² / MSE); infinite for equal images.
 * @param range the distance from black to white: 1, 2, 255
 * @throws RangeError as `meanSquaredError` does
 */
export const psnr = (a: ArrayLike<number>, b: ArrayLike<number>, range: number): number =>
  10 * Math.log10(range ** 2 / meanSquaredError(a, b));
