import { linear, type NoiseLevel, type Sampler, type StepContext, type StepResult, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { addChurn, churnDeviation, churnLevel, churnOptions } from './churn.js';
import { firstDraw } from './fresh-noise.js';
import { impliedNoise } from './implied-noise.js';
import { ratioOf } from '../schedules/level-of-ratio.js';

const options = z.strictObject({
  ...churnOptions,
  churnHolds: z
    .enum(['nothing', 'noise', 'data', 'v'])
    .default('nothing')
    .describe(
      'Ask the model at the level after the churn, or, as diffusers does, before it and then hold one part of its answer.',
    ),
});
type Options = z.output<typeof options>;

/**
 * Euler's method, the course's for flow matching (section 2.3) and Karras et al.'s for diffusion (2022, algorithm 2 without
 * its correction). Both are the same step, and so this file needs neither a time nor a derivative:
 *
 * - A flow's x = t·data + (1 − t)·noise has the velocity v = data − noise, hence
 *   x + (t' − t)·v = t'·data + (1 − t')·noise.
 * - Diffusion's y = x/α = data + s·noise with s = σ/α has the slope dy/ds = noise, hence
 *   y + (s' − s)·noise = data + s'·noise; times α' that is α'·data + σ'·noise.
 *
 * In general x' = α'·data + σ'·noise: hold the estimate, move to the next level. It divides by no α, so it may begin at
 * pure noise. `noise` is the slope that x and the data imply; where guidance has changed the data alone, this is what
 * sets it apart from 'ddim'.
 */
export const eulerSampler: Sampler<Options> = {
  name: 'euler',
  summary: "First order, one model call a step; the course's for flow matching.",
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const raised = run.options.churnHolds === 'nothing' ? null : churnLevel(from, run);
    if (raised) return stepHolding(run.options.churnHolds as Held, x, from, raised, to, run);
    const start = addChurn(x, from, run);
    const estimate = await run.denoise(start.x, start.from);
    const noise = impliedNoise(start.x, start.from, estimate);
    return { x: linear([to.alpha, estimate.data], [to.sigma, noise]), data: estimate.data, state: null };
  },
};

type Held = Exclude<Options['churnHolds'], 'nothing'>;

/**
 * With y = x/α = data + s·noise, of which the model said both, and ŷ = y + c·z the state after the churn, at ŝ: of
 * ŷ = data' + ŝ·noise' one part is held, and Euler's step goes on from the two.
 */
async function stepHolding(
  held: Held,
  x: Tensor,
  from: NoiseLevel,
  raised: NoiseLevel,
  to: NoiseLevel,
  run: StepContext<Options>,
): Promise<StepResult> {
  const estimate = await run.denoise(x, from);
  const noise = impliedNoise(x, from, estimate);
  const [before, after] = [ratioOf(from), ratioOf(raised)];
  const added = churnDeviation(from, raised, run.options);
  // data' = data + ofAdded·c·z + ofNoise·noise
  const [ofAdded, ofNoise] = {
    noise: [1, before - after],
    data: [0, 0],
    v: [from.alpha ** 2 / (from.alpha ** 2 + from.sigma ** 2), 0],
  }[held] as [number, number];
  // noise' = (ŷ − data')/ŝ
  const moved = linear(
    [to.alpha, estimate.data],
    [to.alpha * ofNoise + (to.sigma * (before - ofNoise)) / after, noise],
    [added * (to.alpha * ofAdded + (to.sigma * (1 - ofAdded)) / after), firstDraw(run, x.shape)],
  );
  return { x: moved, data: estimate.data, state: null };
}
