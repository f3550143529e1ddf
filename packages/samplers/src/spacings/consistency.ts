import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { karrasCurve } from './karras.js';
import { alongCurve, sigmaCurve } from './sigma-curve.js';

const { sigmaMax, sigmaMin } = sigmaCurve;

const options = z.strictObject({
  trainedLevels: z.int().min(2).max(10_000).default(40).describe('The number of levels that it was trained at.'),
  rho: z.number().min(1).max(100).default(7).describe('The curve along which these levels lie; see karras.'),
  sigmaMax,
  sigmaMin,
});

/**
 * Levels among those that a consistency model was trained at, which lie along EDM's curve, at equal strides from the
 * noisiest; the last is σ_min, at which such a model gives its input back.
 * Song et al. 2023, "Consistency Models", section 3 and algorithm 1.
 */
export const consistencySpacing: Spacing<z.output<typeof options>> = {
  name: 'consistency',
  summary: 'The few levels of a consistency model, among those that it was trained at.',
  options,
  levels(schedule, steps, { trainedLevels, rho, sigmaMax, sigmaMin }) {
    if (steps > trainedLevels)
      throw new UngrainError(
        'too-many-steps',
        `Spacing 'consistency' has ${trainedLevels} levels to choose from, not ${steps}.`,
      );
    const range = { sigmaMax, sigmaMin, quantity: 'auto', times: 'exact' } as const;
    const trained = alongCurve(schedule, trainedLevels, range, 'consistency', karrasCurve(rho));
    const stride = Math.floor(trainedLevels / steps);
    return [...Array.from({ length: steps }, (_, i) => trained[i * stride]!), trained.at(-1)!];
  },
};
