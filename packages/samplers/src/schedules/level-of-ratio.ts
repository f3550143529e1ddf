import { UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';

/**
 * The level of a schedule with a given σ/α, for spacings and samplers that compute in that ratio (σ of k-diffusion and of
 * EDM, e^−λ of DPM-Solver).
 *
 * The ratio of the result is exact, also beyond the ends of the schedule, where the kind of schedule says what α and σ
 * belong to it: α² + σ² = 1, α + σ = 1 or α = 1. The time is interpolated, and that of the nearest end beyond the ends.
 *
 * @param ratio σ/α ≥ 0: 0 gives the clean level, ∞ pure noise where the schedule has it
 * @param time what the model is to be told, where that is another time (diffusers rounds it)
 * @throws UngrainError `bad-ratio` if it is negative or NaN, or ∞ on a schedule without pure noise
 */
export function levelOfRatio(schedule: Schedule, ratio: number, time?: number): NoiseLevel {
  if (!(ratio >= 0)) throw new UngrainError('bad-ratio', `A noise level has a ratio σ/α of 0 or more, not ${ratio}.`);
  if (ratio === 0) return schedule.clean;
  const at = time ?? schedule.timeAt(-2 * Math.log(ratio));
  return { time: at, ...KINDS[kindOf(schedule)].split(ratio, schedule) };
}

/** σ/α of a level: 0 for clean data, ∞ for pure noise. */
export const ratioOf = ({ alpha, sigma }: NoiseLevel): number => sigma / alpha;

type Split = Pick<NoiseLevel, 'alpha' | 'sigma'>;

/** What schedules hold fixed, and the α and σ of a ratio under it. */
const KINDS = {
  variance: {
    holds: ({ alpha, sigma }: Split) => Math.hypot(alpha, sigma) - 1,
    // σ is computed from 1/ratio where that is the small one, so that both keep all their digits.
    split: (ratio: number): Split =>
      ratio === Infinity
        ? { alpha: 0, sigma: 1 }
        : {
            alpha: 1 / Math.hypot(1, ratio),
            sigma: ratio > 1 ? 1 / Math.hypot(1, 1 / ratio) : ratio / Math.hypot(1, ratio),
          },
  },
  sum: {
    holds: ({ alpha, sigma }: Split) => alpha + sigma - 1,
    split: (ratio: number): Split =>
      ratio === Infinity ? { alpha: 0, sigma: 1 } : { alpha: 1 / (1 + ratio), sigma: 1 / (1 + 1 / ratio) },
  },
  data: {
    holds: ({ alpha }: Split) => alpha - 1,
    split(ratio: number, { name }: Schedule): Split {
      if (ratio !== Infinity) return { alpha: 1, sigma: ratio };
      throw new UngrainError(
        'bad-ratio',
        `Schedule '${name}' has some data at every level, so that σ/α cannot be infinite.`,
      );
    },
  },
} as const;

type Kind = keyof typeof KINDS;

/** Told at the level where data and noise are nearest to equal: there the three differ most. */
function kindOf(schedule: Schedule): Kind {
  const level = schedule.level(schedule.timeAt(0));
  const kind = (Object.keys(KINDS) as Kind[]).find((kind) => Math.abs(KINDS[kind].holds(level)) < 1e-9);
  if (kind) return kind;
  throw new UngrainError(
    'unknown-kind',
    `Schedule '${schedule.name}' holds neither α² + σ², α + σ nor α at 1, so that a ratio alone tells no level of it.`,
  );
}
