import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { alongCurveToEnd, sigmaCurveToEnd, type Curve } from './sigma-curve.js';

const options = z.strictObject({
  ...sigmaCurveToEnd,
  rho: z.number().min(1).max(100).default(7).describe('How much shorter the steps get towards clean data.'),
});

/** σ_i = (σ_max^(1/ρ) + i/(N − 1)·(σ_min^(1/ρ) − σ_max^(1/ρ)))^ρ */
export const karrasCurve =
  (rho: number): Curve =>
  (part, max, min) =>
    (max ** (1 / rho) + part * (min ** (1 / rho) - max ** (1 / rho))) ** rho;

/**
 * Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models" (EDM), eq. 5: equal steps of
 * σ^(1/ρ), then clean data.
 */
export const karrasSpacing: Spacing<z.output<typeof options>> = {
  name: 'karras',
  summary: "EDM's: equal steps of the seventh root of σ, so that most of them are spent on little noise.",
  options,
  levels: (schedule, steps, settings) =>
    alongCurveToEnd(schedule, steps, settings, 'karras', karrasCurve(settings.rho)),
};
