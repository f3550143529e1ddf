import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { end, thenEnd } from './end.js';

const options = z.strictObject({ end });

/**
 * σ = sin²(π/2·s) with s = 1, …, 1/steps, and α = √(1 − σ²); then clean data.
 * The "crash" schedule of v-diffusion (Crowson 2021, in its code), which IPNDM has.
 */
export const crashSpacing: Spacing<z.output<typeof options>> = {
  name: 'crash',
  summary: "The v-diffusion repository's: σ falls along a squared sine, slowly at both ends.",
  options,
  levels(schedule, steps, { end }) {
    const levels = Array.from({ length: steps }, (_, i) => {
      const sigma = Math.sin(((steps - i) / steps) * (Math.PI / 2)) ** 2;
      return levelOfRatio(
        schedule,
        sigma === 1 ? ratioOf(schedule.level(schedule.noisiest)) : sigma / Math.sqrt(1 - sigma ** 2),
      );
    });
    return thenEnd(schedule, levels, end);
  },
};
