import { type NoiseLevel, type Schedule, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { end, thenEnd } from './end.js';
import { evenTimes, isContinuousAndNoisy } from './even-times.js';
import { lambdaMin, levelsAt, roundHalfToEven, trainedStepsFor } from './trained-times.js';

const options = z.strictObject({
  rounded: z.boolean().default(true).describe('Visit trained times only; otherwise also fractions between them.'),
  interpolation: z
    .enum(['log-snr', 'ratio'])
    .default('log-snr')
    .describe('What is linear between two trained times: the log-SNR, or σ/α as in diffusers.'),
  skipCleanest: z
    .boolean()
    .default(false)
    .describe('Divides the times by one step more and leaves the cleanest out, as DPM-Solver does in diffusers.'),
  lambdaMin,
  end,
});

/**
 * `steps` times evenly spaced from the noisiest to the cleanest, both included; at the end clean data.
 * Nichol & Dhariwal 2021 sample so; Lin et al. 2023, table 2, name it. On a continuous schedule every time is a trained one.
 */
export const linspaceSpacing: Spacing<z.output<typeof options>> = {
  name: 'linspace',
  summary: 'Trained times spaced evenly, the noisiest and the cleanest included.',
  options,
  levels(schedule, steps, { rounded, interpolation, skipCleanest, lambdaMin, end }) {
    const points = skipCleanest ? steps + 1 : steps;
    if (isContinuousAndNoisy(schedule)) return levelsAt(schedule, evenTimes(schedule, steps, points), end);
    const last = trainedStepsFor(steps, schedule, 'linspace', lambdaMin) - 1;
    // Counted upwards from 0, as numpy does: 13·(999/26) is then a hair below 499.5 and rounds as everywhere else.
    const stride = last / Math.max(1, points - 1);
    const times = Array.from({ length: steps }, (_, i) => (i === 0 ? last : (points - 1 - i) * stride));
    const levels = times.map((time) => {
      if (rounded) return schedule.level(roundHalfToEven(time));
      return interpolation === 'ratio' ? betweenRatios(schedule, time) : schedule.level(time);
    });
    return thenEnd(schedule, levels, end);
  },
};

/** The level at a fraction of time, where σ/α runs straight from one trained time to the next. */
function betweenRatios(schedule: Schedule, time: number): NoiseLevel {
  const low = Math.floor(time);
  if (low === time) return schedule.level(time);
  const [below, above] = [ratioOf(schedule.level(low)), ratioOf(schedule.level(low + 1))];
  return levelOfRatio(schedule, below + (above - below) * (time - low), time);
}
