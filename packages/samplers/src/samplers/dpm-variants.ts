import { z } from 'zod';

export const solverType = z
  .enum(['midpoint', 'heun'])
  .default('midpoint')
  .describe('How steps of order 2 weigh the slope: with half the step, or with the exact integral.');

/** The rule of a solver type. */
export const MOMENTS = { midpoint: 'midpoint', heun: 'exact' } as const;

export const thirdOrder = z
  .enum(['exact', 'halved', 'slipped'])
  .default('exact')
  .describe(
    "The weight of the curvature at order 3: that of the Taylor series; half of it, as in the authors' code and " +
      'k-diffusion; or with a sign slipped besides, as in the SDE variant of diffusers.',
  );
