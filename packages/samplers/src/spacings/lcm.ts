import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { end } from './end.js';
import { levelsAt, trainedStepsFor } from './trained-times.js';

const options = z.strictObject({
  originalSteps: z.int().min(1).default(50).describe('The number of steps that the model was distilled from.'),
  strength: z.number().gt(0).max(1).default(1).describe('The share of them, the cleaner ones, that the run has.'),
  end,
});

/**
 * Times among those that a consistency model was distilled at, which are k − 1, 2·k − 1, … with k = ⌊T/originalSteps⌋,
 * at equal strides from the noisiest. Luo et al. 2023, "Latent Consistency Models", section 4.3; TCD has the same.
 */
export const lcmSpacing: Spacing<z.output<typeof options>> = {
  name: 'lcm',
  summary: 'The few times of a latent consistency model, among those that it was distilled at.',
  options,
  levels(schedule, steps, { originalSteps, strength, end }) {
    const stride = Math.floor(trainedStepsFor(originalSteps, schedule, 'lcm') / originalSteps);
    const usable = Math.floor(originalSteps * strength);
    if (steps > usable)
      throw new UngrainError(
        'too-many-steps',
        `Spacing 'lcm' has ${usable} times to choose from (originalSteps · strength), not ${steps}.`,
      );
    const times = Array.from({ length: steps }, (_, i) => (usable - Math.floor((i * usable) / steps)) * stride - 1);
    return levelsAt(schedule, times, end);
  },
};
