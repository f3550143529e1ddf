import type { NoiseLevel } from './noise-level.js';
import type { Schema } from './schema.js';

/**
 * What (alpha, sigma) belong to a time. Times are in the model's own units and may run either way: DDPM's go from 999
 * (noise) to 0 (data), the course's flow from 0 (noise) to 1 (data). A schedule is a pure table of functions.
 */
export interface Schedule {
  readonly name: string;
  /** The time with the most noise and the time with the least. */
  readonly noisiest: number;
  readonly cleanest: number;
  /** The number of times the model was trained at, which are then 0 … trainedSteps − 1; `null` if time is continuous. */
  readonly trainedSteps: number | null;
  /** The level of data without any noise. Its time is one step past `cleanest` where that one still has some noise. */
  readonly clean: NoiseLevel;
  /**
   * The level at a time from `noisiest` to `cleanest`. Between trained times the log-SNR is interpolated linearly.
   * @throws UngrainError `time-out-of-range`
   */
  level(time: number): NoiseLevel;
  /**
   * The inverse of `level`: the time at which the log-SNR is log(α²/σ²) = `logSnr`; the nearest end beyond the ends.
   * `round: 'nearest'` gives a time that the model was trained at.
   */
  timeAt(logSnr: number, round?: 'nearest'): number;
  /**
   * The derivatives dα/dt and dσ/dt at a time. At a trained time, where the interpolation has a kink, they are those of
   * the interval above it.
   * @throws UngrainError `time-out-of-range`
   */
  rate(time: number): { readonly alpha: number; readonly sigma: number };
}

/** A schedule as a plugin lists it: by name, made from options. */
export interface ScheduleEntry<O = unknown> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  readonly options: Schema<O>;
  create(options: O): Schedule;
}

/** Which levels a run visits. */
export interface Spacing<O = unknown> {
  readonly name: string;
  /** One sentence for lists and help. */
  readonly summary: string;
  readonly options: Schema<O>;
  /**
   * The steps + 1 levels between which a run of `steps` steps moves, the noisiest first.
   * @throws UngrainError if the schedule cannot be divided in this way, with what to do instead.
   */
  levels(schedule: Schedule, steps: number, options: O): readonly NoiseLevel[];
}
