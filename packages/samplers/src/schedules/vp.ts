import type { ScheduleEntry } from '@ungrain/core';
import { z } from 'zod';
import { continuousSchedule } from './continuous-schedule.js';
import { vpSde } from './vp-sde.js';

const options = z.strictObject({
  betaMin: z.number().positive().max(1000).default(0.1).describe('The rate at which noise is added at time 0.'),
  betaMax: z.number().positive().max(1000).default(20).describe('The rate at which noise is added at time 1.'),
  cleanest: z.number().gt(0).lt(1).default(1e-3).describe('The cleanest time; below it models were not trained.'),
});

/** Song et al. 2021: the continuous limit of DDPM. Its formulas are those of `vpSde`. */
export const vpSchedule: ScheduleEntry<z.output<typeof options>> = {
  name: 'vp',
  summary: "The score SDE's: DDPM in continuous time, from noise at time 1 to data at time 0.",
  options,
  create: ({ betaMin, betaMax, cleanest }) =>
    continuousSchedule({ name: 'vp', noisiest: 1, cleanest, clean: 0, ...vpSde(betaMin, betaMax) }),
};
