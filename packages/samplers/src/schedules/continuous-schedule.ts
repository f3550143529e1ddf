import { UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';

/** The formulas of a schedule whose time is continuous. */
export interface ScheduleFormulas {
  readonly name: string;
  readonly noisiest: number;
  readonly cleanest: number;
  /** The time of clean data; `cleanest` if that has no noise. */
  readonly clean: number;
  level(time: number): { readonly alpha: number; readonly sigma: number };
  rate(time: number): { readonly alpha: number; readonly sigma: number };
  /** The time at which σ/α, from 0 to ∞, has a value. It need not lie between the ends. */
  timeOfRatio(ratio: number): number;
}

/** A schedule from its formulas: it refuses times outside the ends, and finds the nearest end for a ratio beyond them. */
export function continuousSchedule(formulas: ScheduleFormulas): Schedule {
  const { name, noisiest, cleanest } = formulas;
  const [first, last] = [Math.min(noisiest, cleanest), Math.max(noisiest, cleanest)];

  function check(time: number): void {
    if (!(time >= first && time <= last))
      throw new UngrainError('time-out-of-range', `Schedule '${name}' has the times ${first} to ${last}, not ${time}.`);
  }
  function level(time: number): NoiseLevel {
    check(time);
    return { time, ...formulas.level(time) };
  }
  return {
    name,
    noisiest,
    cleanest,
    trainedSteps: null,
    clean: { time: formulas.clean, alpha: 1, sigma: 0 },
    level,
    timeAt(logSnr) {
      if (Math.abs(logSnr) === Infinity) return logSnr > 0 ? cleanest : noisiest;
      return Math.min(last, Math.max(first, formulas.timeOfRatio(Math.exp(-logSnr / 2))));
    },
    rate(time) {
      check(time);
      return formulas.rate(time);
    },
  };
}
