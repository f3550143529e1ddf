import type { Schedule, ScheduleEntry, Schema } from '@ungrain/core';
import { z } from 'zod';
import { continuousSchedule, type ScheduleFormulas } from './continuous-schedule.js';
import { vpSde } from './vp-sde.js';

/** A path from noise at time 0 to data at time 1, as flows count. */
const flowPath = (name: string, formulas: Pick<ScheduleFormulas, 'level' | 'rate' | 'timeOfRatio'>): Schedule =>
  continuousSchedule({ name, noisiest: 0, cleanest: 1, clean: 1, ...formulas });

const none = z.strictObject({});

const exponent = z.strictObject({
  exponent: z.number().min(0.1).max(100).default(2).describe('n in α = tⁿ; 1 is the straight path.'),
});

/** α = tⁿ, σ = 1 − tⁿ: the straight path at another pace. Lipman et al. 2024, "Flow Matching Guide and Code", section 4. */
export const polynomialPathSchedule: ScheduleEntry<z.output<typeof exponent>> = {
  name: 'polynomial-path',
  summary: 'The straight path of flow matching at another pace: data comes in by a power of time.',
  options: exponent,
  create: ({ exponent: n }) =>
    flowPath('polynomial-path', {
      level: (t) => ({ alpha: t ** n, sigma: 1 - t ** n }),
      rate: (t) => ({ alpha: n * t ** (n - 1), sigma: -n * t ** (n - 1) }),
      timeOfRatio: (ratio) => (1 / (1 + ratio)) ** (1 / n),
    }),
};

/** α = sin(π/2·t), σ = cos(π/2·t). Albergo & Vanden-Eijnden 2023, "Stochastic Interpolants", section 4. */
export const cosinePathSchedule: ScheduleEntry<z.output<typeof none>> = {
  name: 'cosine-path',
  summary: 'From noise to data along a quarter of a circle, at a steady pace.',
  options: none,
  create: () =>
    flowPath('cosine-path', {
      level: (t) => ({ alpha: Math.sin((Math.PI / 2) * t), sigma: t === 1 ? 0 : Math.cos((Math.PI / 2) * t) }),
      rate: (t) => ({
        alpha: (Math.PI / 2) * Math.cos((Math.PI / 2) * t),
        sigma: (-Math.PI / 2) * Math.sin((Math.PI / 2) * t),
      }),
      timeOfRatio: (ratio) => (2 / Math.PI) * Math.atan(1 / ratio),
    }),
};

/**
 * α = t, σ = √(1 − t²). At t = 1 the noise vanishes infinitely fast, and so does the rate.
 * Lipman et al. 2024, "Flow Matching Guide and Code", section 4.
 */
export const linearVpPathSchedule: ScheduleEntry<z.output<typeof none>> = {
  name: 'linear-vp-path',
  summary: 'From noise to data along a quarter of a circle, with as much data as time.',
  options: none,
  create: () =>
    flowPath('linear-vp-path', {
      level: (t) => ({ alpha: t, sigma: Math.sqrt((1 - t) * (1 + t)) }),
      rate: (t) => ({ alpha: 1, sigma: -t / Math.sqrt((1 - t) * (1 + t)) }),
      timeOfRatio: (ratio) => 1 / Math.hypot(1, ratio),
    }),
};

interface BetaLimits {
  readonly betaMin: number;
  readonly betaMax: number;
}

const betas: Schema<BetaLimits> = z.strictObject({
  betaMin: z.number().positive().max(1000).default(0.1).describe('The rate at which noise vanishes at time 1.'),
  betaMax: z.number().positive().max(1000).default(20).describe('The rate at which noise vanishes at time 0.'),
});

/** The variance-preserving SDE, see `vpSde`, run backwards. Lipman et al. 2023, "Flow Matching", eq. 18 and 19. */
export const vpPathSchedule: ScheduleEntry<BetaLimits> = {
  name: 'vp-path',
  summary: "The score SDE's path, counted as flows do, from noise at time 0 to data at time 1.",
  options: betas,
  create({ betaMin, betaMax }) {
    const { level, rate, timeOfRatio } = vpSde(betaMin, betaMax);
    return flowPath('vp-path', {
      level: (t) => level(1 - t),
      rate(t) {
        const { alpha, sigma } = rate(1 - t);
        return { alpha: -alpha, sigma: -sigma };
      },
      timeOfRatio: (ratio) => 1 - timeOfRatio(ratio),
    });
  },
};
