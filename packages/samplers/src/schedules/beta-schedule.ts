import type { Schema, ScheduleEntry } from '@ungrain/core';
import { z } from 'zod';
import { withTerminalSnr } from './terminal-snr.js';
import { trainedSchedule } from './trained-schedule.js';

/** The options of every schedule of trained times. */
export interface NoiseTimes {
  readonly trainedSteps: number;
  /** `trained` if left out. */
  readonly terminalSnr?: 'trained' | 'zero' | 'nearly-zero' | undefined;
  /** `double` if left out. */
  readonly precision?: 'double' | 'single' | undefined;
}

export const noiseTimes = {
  trainedSteps: z.int().min(1).max(100_000).default(1000).describe('The number of times it is trained at.'),
  terminalSnr: z
    .enum(['trained', 'zero', 'nearly-zero'])
    .default('trained')
    .describe(
      'Rescales the schedule so that its noisiest level has no data left: zero. With nearly-zero 2⁻²⁴ of ᾱ is left, ' +
        'for samplers that divide by α.',
    ),
  precision: z
    .enum(['double', 'single'])
    .default('double')
    .describe('single rounds the table to float32 as diffusers does, which shows in the noise of the cleanest times.'),
} as const;

/** A schedule that is a list of β, the variances that the steps of training add. */
export interface BetaScheduleEntry<O> extends ScheduleEntry<O> {
  /** β₀ … β_(T−1), rescaled if the options say so. `nearly-zero` is a last ᾱ, not a β, and is not among them. */
  betas(options: O): readonly number[];
}

/** A schedule from its formula for β. */
export function betaSchedule<O extends NoiseTimes>(entry: {
  readonly name: string;
  readonly summary: string;
  readonly options: Schema<O>;
  readonly betas: (options: O) => readonly number[];
}): BetaScheduleEntry<O> {
  const betas = (options: O): readonly number[] =>
    (options.terminalSnr ?? 'trained') === 'trained' ? entry.betas(options) : withTerminalSnr(entry.betas(options));
  return {
    ...entry,
    betas,
    create: (options) =>
      trainedSchedule(entry.name, betas(options), {
        lastKept: options.terminalSnr === 'nearly-zero' ? NEARLY_ZERO : undefined,
        precision: options.precision,
      }),
  };
}

/** The smallest positive number of float16, which diffusers puts in the place of the last ᾱ. */
const NEARLY_ZERO = 2 ** -24;
