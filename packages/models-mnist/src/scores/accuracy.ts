/** A share of successes with the range that the true share lies in. */
export interface Accuracy {
  readonly correct: number;
  readonly total: number;
  /** correct / total */
  readonly accuracy: number;
  /** The 95 % confidence interval of the accuracy. */
  readonly interval: readonly [low: number, high: number];
}

/** The two-sided 95 % quantile of the standard normal distribution. */
export const Z95 = 1.959963984540054;

/** An accuracy with its interval. @throws RangeError without any trials, or with more successes than trials */
export function accuracyOf(correct: number, total: number): Accuracy {
  if (!(total > 0 && correct >= 0 && correct <= total)) throw new RangeError(`${correct} of ${total} is no share.`);
  return { correct, total, accuracy: correct / total, interval: wilson(correct, total) };
}

/**
 * (p̂ + z²/2n ± z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n): Wilson 1927, "Probable inference, the law of succession, and
 * statistical inference". Unlike p̂ ± z·√(p̂(1−p̂)/n) it holds near 0 and 1 too.
 */
function wilson(correct: number, n: number): readonly [number, number] {
  const p = correct / n;
  const square = Z95 ** 2;
  const centre = p + square / (2 * n);
  const spread = Z95 * Math.sqrt((p * (1 - p)) / n + square / (4 * n ** 2));
  const bound = (x: number): number => Math.min(1, Math.max(0, x / (1 + square / n)));
  return [correct === 0 ? 0 : bound(centre - spread), correct === n ? 1 : bound(centre + spread)];
}
