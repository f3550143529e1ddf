import { logSnr, UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';

export interface TableOptions {
  /** ᾱ of the last time, in the place of the product. */
  readonly lastKept?: number | undefined;
  /** What β, 1 − β and each ᾱ are rounded to. Default `double`. */
  readonly precision?: 'double' | 'single' | undefined;
}

/**
 * A variance-preserving schedule that was trained at the times 0 … T − 1: α_t = √ᾱ_t, σ_t = √(1 − ᾱ_t). Between them
 * log(σ/α), and with it the log-SNR, is interpolated linearly (as in k-diffusion). Its clean level has the time −1.
 *
 * @param betas β_t, each in (0, 1]; ᾱ_t = Π_{s ≤ t} (1 − β_s). A last β of 1 makes a last level without any data
 * (Lin et al. 2023, "zero terminal SNR"), which has no neighbours to interpolate with.
 */
export function trainedSchedule(name: string, betas: readonly number[], options: TableOptions = {}): Schedule {
  const levels = levelsOf(betas, options);
  const last = levels.length - 1;
  const logSnrs = levels.map(logSnr);

  /** The trained time at or below a time, how far it is from there to the next, and the log-SNR's slope between them. */
  function interval(time: number): { low: number; part: number; slope: number } {
    if (!(time >= 0 && time <= last))
      throw new UngrainError('time-out-of-range', `Schedule '${name}' has the times 0 to ${last}, not ${time}.`);
    const low = Math.max(0, Math.min(Math.floor(time), last - 1));
    const slope = (logSnrs[low + 1] ?? logSnrs[low]!) - logSnrs[low]!;
    if (!Number.isFinite(slope))
      throw new UngrainError(
        'time-out-of-range',
        `Schedule '${name}' has pure noise at time ${last}, and so no levels between ${low} and there, as at ${time}.`,
      );
    return { low, part: time - low, slope };
  }

  function level(time: number): NoiseLevel {
    const trained = levels[time];
    if (trained) return trained;
    const { low, part, slope } = interval(time);
    // α² = sigmoid(log-SNR), σ² = sigmoid(−log-SNR)
    const mixed = logSnrs[low]! + part * slope;
    return { time, alpha: Math.sqrt(sigmoid(mixed)), sigma: Math.sqrt(sigmoid(-mixed)) };
  }

  return {
    name,
    noisiest: last,
    cleanest: 0,
    trainedSteps: levels.length,
    clean: { time: -1, alpha: 1, sigma: 0 },
    level,
    timeAt(wanted, round) {
      const time = inverse(logSnrs, wanted);
      return round === 'nearest' ? Math.round(time) : time;
    },
    rate(time) {
      const { slope } = interval(time);
      const { alpha, sigma } = level(time);
      // With λ the log-SNR: dα/dλ = α·σ²/2 and dσ/dλ = −σ·α²/2.
      return { alpha: (slope * alpha * sigma ** 2) / 2, sigma: (-slope * sigma * alpha ** 2) / 2 };
    },
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function levelsOf(betas: readonly number[], { lastKept, precision }: TableOptions): readonly NoiseLevel[] {
  const round = precision === 'single' ? Math.fround : (x: number): number => x;
  let kept = 1;
  return betas.map((beta, time) => {
    kept = lastKept !== undefined && time === betas.length - 1 ? lastKept : round(kept * round(1 - round(beta)));
    return { time, alpha: Math.sqrt(kept), sigma: Math.sqrt(1 - kept) };
  });
}

/** Where a falling list, interpolated linearly, has a value; its nearest end for values beyond it. */
function inverse(falling: readonly number[], value: number): number {
  let low = 0;
  let high = falling.length - 1;
  if (value >= falling[low]!) return low;
  if (value <= falling[high]!) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (falling[middle]! >= value) low = middle;
    else high = middle;
  }
  return low + (falling[low]! - value) / (falling[low]! - falling[high]!);
}
