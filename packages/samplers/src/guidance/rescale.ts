import type { Denoised, NoiseLevel } from '@ungrain/core';
import { z } from 'zod';
import { deviations, linearByRow } from './rows.js';
import type { SpaceView } from './space.js';

export const rescaleOption = z
  .number()
  .min(0)
  .max(1)
  .default(0)
  .describe("How far the guided estimate's contrast is taken back to the conditional one's, against overexposure.");

/**
 * Gives a guided estimate, in part, the standard deviation that the conditional one has, sample by sample:
 * φ·guided·std(cond)/std(guided) + (1 − φ)·guided.
 * Lin et al. 2024, "Common Diffusion Noise Schedules and Sample Steps are Flawed", eq. 15 and 16. They measure what the
 * model predicts.
 */
export function rescaled(
  guided: Denoised,
  conditional: Denoised,
  share: number,
  level: NoiseLevel,
  view: SpaceView,
): Denoised {
  if (share === 0) return guided;
  const prediction = view.read(guided, level);
  const before = deviations(view.read(conditional, level));
  const factors = deviations(prediction).map((now, row) => (now > 0 ? share * (before[row]! / now) + 1 - share : 1));
  return view.write(guided, level, linearByRow('sample', [factors, prediction]));
}
