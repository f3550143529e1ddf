import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { alongCurveToEnd, sigmaCurveToEnd } from './sigma-curve.js';
import { exponentialCurve } from './polyexponential.js';

const options = z.strictObject(sigmaCurveToEnd);

/** Equal steps of log σ, then clean data: `get_sigmas_exponential` of k-diffusion (Crowson 2022). */
export const exponentialSpacing: Spacing<z.output<typeof options>> = {
  name: 'exponential',
  summary: 'Equal steps of log σ, then clean data.',
  options,
  levels: (schedule, steps, settings) => alongCurveToEnd(schedule, steps, settings, 'exponential', exponentialCurve(1)),
};
