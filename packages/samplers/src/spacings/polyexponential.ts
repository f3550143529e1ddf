import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { alongCurveToEnd, sigmaCurveToEnd, type Curve } from './sigma-curve.js';

const options = z.strictObject({
  ...sigmaCurveToEnd,
  rho: z.number().positive().max(100).default(1).describe('1 is exponential; above, the first steps are longer.'),
});

/** log σ = (1 − part)^ρ·(log σ_max − log σ_min) + log σ_min */
export const exponentialCurve =
  (rho: number): Curve =>
  (part, max, min) =>
    Math.exp((1 - part) ** rho * (Math.log(max) - Math.log(min)) + Math.log(min));

/** A power of equal steps of log σ, then clean data: `get_sigmas_polyexponential` of k-diffusion (Crowson 2022). */
export const polyexponentialSpacing: Spacing<z.output<typeof options>> = {
  name: 'polyexponential',
  summary: 'Steps of log σ that grow or shrink by a power, then clean data.',
  options,
  levels: (schedule, steps, settings) =>
    alongCurveToEnd(schedule, steps, settings, 'polyexponential', exponentialCurve(settings.rho)),
};
