import { addedVariance, linear, type NoiseLevel, type Sampler, type Schedule } from '@ungrain/core';
import { z } from 'zod';
import { firstDraw } from './fresh-noise.js';

const options = z.strictObject({
  gamma: z
    .number()
    .min(0)
    .max(1)
    .default(0.3)
    .describe('How far below the next level a step goes before it adds noise: 0 is DDIM, 1 goes to the cleanest.'),
});

/**
 * Zheng et al. 2024, "Trajectory Consistency Distillation", algorithm 4 (strategic stochastic sampling): go to the time s
 * between the next time and the cleanest one, s = t' + γ·(cleanest − t'), and from there back to t' with fresh noise:
 *
 *   x_s = α_s·data + σ_s·noise,   x' = (α'/α_s)·x_s + √(σ'² − (α'/α_s)²·σ_s²)·fresh noise
 */
export const tcdSampler: Sampler<z.output<typeof options>> = {
  name: 'tcd',
  summary: 'For trajectory consistency models, in a few steps: past the next level, and back up with fresh noise.',
  options,
  uses: 'both',
  async step(x, from, to, _state, run) {
    const { data, noise } = await run.denoise(x, from);
    const last = run.index + 1 === run.moves.length;
    const below = last || run.options.gamma === 0 ? to : levelTowards(to, run.options.gamma, run.schedule);
    const ratio = to.alpha / below.alpha;
    const kept = [[ratio * below.alpha, data] as const, [ratio * below.sigma, noise] as const];
    const added = Math.sqrt(addedVariance(below, to));
    if (added === 0) return { x: linear(...kept), data, state: null };
    const fresh = firstDraw(run, x.shape);
    return { x: linear(...kept, [added, fresh]), data, state: null };
  },
};

/** On schedules of trained times it is one of those. */
function levelTowards({ time, ...level }: NoiseLevel, gamma: number, schedule: Schedule): NoiseLevel {
  if (level.sigma === 0) return { time, ...level };
  const between = time + gamma * (schedule.cleanest - time);
  return schedule.level(schedule.trainedSteps === null ? between : Math.floor(between));
}
