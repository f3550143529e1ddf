import { linear, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { impliedNoise } from './implied-noise.js';

const options = z.strictObject({});

/**
 * Euler's method, the course's for flow matching (section 2.3) and Karras et al.'s for diffusion (2022, algorithm 1 without
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
export const eulerSampler: Sampler<z.output<typeof options>> = {
  name: 'euler',
  summary: "First order, one model call a step; the course's for flow matching.",
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const estimate = await run.denoise(x, from);
    const noise = impliedNoise(x, from, estimate);
    return { x: linear([to.alpha, estimate.data], [to.sigma, noise]), data: estimate.data, state: null };
  },
};
