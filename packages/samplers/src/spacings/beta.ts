import type { Spacing } from '@ungrain/core';
import { z } from 'zod';
import { betaQuantile } from './beta-quantile.js';
import { alongCurveToEnd, sigmaCurveToEnd } from './sigma-curve.js';

const shape = z.number().min(0.05).max(20).default(0.6);

const options = z.strictObject({
  ...sigmaCurveToEnd,
  alpha: shape.describe('The first parameter of the beta distribution: below 1 there are more steps at little noise.'),
  beta: shape.describe('The second one: below 1 there are more steps at much noise.'),
});

/**
 * σ at equally spaced quantiles of a beta distribution between σ_min and σ_max, then clean data.
 * Lee et al. 2024, "Beta Sampling is All You Need".
 */
export const betaSpacing: Spacing<z.output<typeof options>> = {
  name: 'beta',
  summary: 'Quantiles of a beta distribution: short steps at both ends, long ones between.',
  options,
  levels: (schedule, steps, settings) =>
    alongCurveToEnd(
      schedule,
      steps,
      settings,
      'beta',
      (part, max, min) => min + betaQuantile(1 - part, settings.alpha, settings.beta) * (max - min),
    ),
};
