import type { NoiseLevel, Schedule } from '@ungrain/core';
import { z } from 'zod';

/** The option of samplers whose steps diffusers measures by itself. */
export const stride = z
  .int()
  .min(0)
  .default(0)
  .describe(
    '0 goes from level to level. Else, as in diffusers, each step is this many trained times, wherever the next level is.',
  );

/** The level `stride` trained times below another, or `otherwise`, where there is none or no stride. */
export function levelBelow(
  { time }: NoiseLevel,
  stride: number,
  schedule: Schedule,
  otherwise: NoiseLevel,
): NoiseLevel {
  return stride > 0 && time - stride >= schedule.cleanest ? schedule.level(time - stride) : otherwise;
}
