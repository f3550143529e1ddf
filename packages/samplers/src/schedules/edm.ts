import { UngrainError, type ScheduleEntry } from '@ungrain/core';
import { z } from 'zod';
import { continuousSchedule } from './continuous-schedule.js';

const options = z.strictObject({
  sigmaMin: z.number().positive().default(0.002).describe('σ of the cleanest level.'),
  sigmaMax: z.number().positive().default(80).describe('σ of the noisiest level.'),
  clock: z
    .enum(['quarter-log', 'thousand-quarter-log', 'arctan', 'sigma'])
    .default('quarter-log')
    .describe(
      'The time that the model is told: ¼·log σ (EDM), a thousand times that (consistency models), 2/π·arctan σ ' +
        '(Stable Audio), or σ (the VE SDE).',
    ),
});

type Clock = z.output<typeof options>['clock'];

/** Time as a function of σ, σ as one of time, and its derivative. */
interface ClockFormulas {
  time(sigma: number): number;
  sigma(time: number): number;
  slope(time: number): number;
}

const logClock = (scale: number): ClockFormulas => ({
  time: (sigma) => scale * Math.log(sigma),
  sigma: (time) => Math.exp(time / scale),
  slope: (time) => Math.exp(time / scale) / scale,
});

const CLOCKS: Readonly<Record<Clock, ClockFormulas>> = {
  'quarter-log': logClock(1 / 4),
  'thousand-quarter-log': logClock(1000 / 4),
  arctan: {
    time: (sigma) => (2 / Math.PI) * Math.atan(sigma),
    sigma: (time) => Math.tan((Math.PI / 2) * time),
    slope: (time) => Math.PI / 2 / Math.cos((Math.PI / 2) * time) ** 2,
  },
  sigma: { time: (sigma) => sigma, sigma: (time) => time, slope: () => 1 },
};

/**
 * Data that stays as it is while noise is added, x = data + σ·noise ("variance exploding"): α = 1.
 * Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), table 1.
 */
export const edmSchedule: ScheduleEntry<z.output<typeof options>> = {
  name: 'edm',
  summary: "EDM's: the data stays as it is, and noise of any strength is added.",
  options,
  create({ sigmaMin, sigmaMax, clock }) {
    if (!(sigmaMin < sigmaMax))
      throw new UngrainError(
        'bad-range',
        `Schedule 'edm' needs a sigmaMin below its sigmaMax, not ${sigmaMin} and ${sigmaMax}.`,
      );
    const { time, sigma, slope } = CLOCKS[clock];
    const [noisiest, cleanest] = [time(sigmaMax), time(sigmaMin)];
    return continuousSchedule({
      name: 'edm',
      noisiest,
      cleanest,
      // By a logarithm σ = 0 has no finite time; it is put one e-fold below σ_min.
      clean: Number.isFinite(time(0)) ? time(0) : cleanest - time(Math.E),
      level: (at) => ({ alpha: 1, sigma: at === noisiest ? sigmaMax : at === cleanest ? sigmaMin : sigma(at) }),
      rate: (at) => ({ alpha: 0, sigma: slope(at) }),
      timeOfRatio: time,
    });
  },
};
