import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { exponentialCurve } from './polyexponential.js';
import { alongCurve, sigmaCurve } from './sigma-curve.js';

const options = z.strictObject(sigmaCurve);

/**
 * Equal steps of λ = log(α/σ) from the first level to the last, which still has its little noise: there is no step to
 * clean data, where λ is infinite. Lu et al. 2022, "DPM-Solver", section 3.4 and appendix D.4 (logSNR).
 */
export const uniformLambdaSpacing: Spacing<z.output<typeof options>> = {
  name: 'uniform-lambda',
  summary: "DPM-Solver's: equal steps of the log-SNR, down to the cleanest level and no further.",
  options,
  levels: (schedule, steps, settings) =>
    alongCurve(schedule, steps + 1, settings, 'uniform-lambda', exponentialCurve(1)),
};
