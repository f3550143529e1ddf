import { UngrainError, type NoiseLevel } from '@ungrain/core';
import { z } from 'zod';

/** How much work an adaptive solver may put into a run, as an option. */
export const maxSteps = z
  .int()
  .min(1)
  .max(1_000_000)
  .default(1000)
  .describe('The run is given up after as many steps, the ones that were too large counted in.');

/** A relative or an absolute tolerance, as an option. Below this bound float32 rounds more than is tolerated. */
export const tolerance = (byDefault: number) => z.number().min(1e-7).max(1).default(byDefault);

/** @throws UngrainError `too-many-steps` */
export function checkSteps(steps: number, limit: number, at: NoiseLevel, sampler: string): void {
  if (steps > limit)
    throw new UngrainError(
      'too-many-steps',
      `Sampler '${sampler}' has taken ${limit} steps and come no further than time ${at.time}; loosen its rtol and atol, ` +
        `or raise maxSteps.`,
    );
}
