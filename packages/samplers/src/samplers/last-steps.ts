import type { StepContext } from '@ungrain/core';
import { z } from 'zod';

/** Runs of fewer steps are the ones that `lowerOrderFinal` of DPM-Solver is for. */
const SHORT = 15;

/** How a multistep solver ends, as options of those that DPM-Solver's authors gave them to. */
export const lastSteps = {
  lowerOrderFinal: z
    .boolean()
    .default(true)
    .describe(`In a run of fewer than ${SHORT} steps the last but one is of order 2 at most, and the last of order 1.`),
  eulerAtFinal: z.boolean().default(false).describe('The last step is of order 1 in runs of any length.'),
};

/** The order of a step. A last step to clean data is always of order 1, since no method can look at infinite log-SNR. */
export function orderOf(
  { moves, index }: StepContext<unknown>,
  { order, lowerOrderFinal, eulerAtFinal }: z.output<z.ZodObject<typeof lastSteps>> & { readonly order: number },
): number {
  const left = moves.length - index;
  const short = lowerOrderFinal && moves.length < SHORT;
  if (left === 1 && eulerAtFinal) return 1;
  return short ? Math.min(order, left) : order;
}
