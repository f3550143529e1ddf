import { UngrainError } from './errors.js';
import type { NoiseLevel } from './noise-level.js';
import type { Schedule } from './schedule.js';

/**
 * The straight path of flow matching, x_t = (1 − t)·noise + t·data: α = t, σ = 1 − t, from noise at t = 0 to data at
 * t = 1 as in the course (Berkeley CS180, project 5; many libraries count the other way). It belongs to the contracts, since a model with prediction
 * 'flow' is trained on it.
 * Lipman et al. 2023, "Flow Matching for Generative Modeling"; Liu et al. 2023, "Flow Straight and Fast".
 */
export const straightPath: Schedule = {
  name: 'flow',
  noisiest: 0,
  cleanest: 1,
  trainedSteps: null,
  clean: { time: 1, alpha: 1, sigma: 0 },
  level: levelAt,
  timeAt: (logSnr) => 1 / (1 + Math.exp(-logSnr / 2)), // log(t²/(1 − t)²) = 2·logit(t)
  rate(time) {
    levelAt(time);
    return { alpha: 1, sigma: -1 };
  },
};

function levelAt(time: number): NoiseLevel {
  if (!(time >= 0 && time <= 1))
    throw new UngrainError('time-out-of-range', `A flow has the times 0 to 1, not ${time}.`);
  return { time, alpha: time, sigma: 1 - time };
}
