import { linear, type Denoised, type Sampler, type StepContext, type Tensor, type Variance } from '@ungrain/core';
import { z } from 'zod';
import { firstDraw } from './fresh-noise.js';
import { posterior, type Posterior } from './posterior.js';

const options = z.strictObject({
  variance: z
    .enum(['model', 'small', 'large'])
    .default('model')
    .describe("How much noise a step adds: what the model learned ('small' if it did not), or a bound of it."),
  noisyEnd: z
    .boolean()
    .default(false)
    .describe('Adds noise in the step to clean data too, unless it comes from time 0, as diffusers does.'),
});
type Options = z.output<typeof options>;

/**
 * Ancestral sampling, one posterior at a time (Ho et al. 2020, algorithm 2), between any two levels: the course's
 *
 *   x' = √ᾱ'·β/(1 − ᾱ)·data + √α·(1 − ᾱ')/(1 − ᾱ)·x + v_σ,   α = ᾱ/ᾱ', β = 1 − α
 *
 * v_σ is normal noise. Its variance is β̃ (`small`), β (`large`), or the model's own. The step to clean data adds none.
 */
export const ddpmSampler: Sampler<Options> = {
  name: 'ddpm',
  summary: "Ancestral sampling; the course's. Adds noise in every step, so it wants many of them.",
  options,
  uses: 'data',
  usesVariance: true,
  async step(x, from, to, _state, run) {
    const estimate = await run.denoise(x, from);
    const step = posterior(from, to, 'ddpm');
    const mean = linear([step.data, estimate.data], [step.x, x]);
    const noisy = to.sigma > 0 || (run.options.noisyEnd && from.time > 0);
    return { x: noisy ? addNoise(mean, step, estimate, run) : mean, data: estimate.data, state: null };
  },
};

function addNoise(mean: Tensor, step: Posterior, { variance }: Denoised, run: StepContext<Options>): Tensor {
  const noise = firstDraw(run, mean.shape);
  if (run.options.variance === 'model' && variance && run.variance !== 'none')
    return addScaled(mean, noise, variance, DEVIATIONS[run.variance](step));
  return linear([1, mean], [Math.sqrt(run.options.variance === 'large' ? step.added : step.variance), noise]);
}

/** The standard deviation that a learned variance stands for, element by element. */
const DEVIATIONS: Readonly<Record<Exclude<Variance, 'none'>, (step: Posterior) => (raw: number) => number>> = {
  learned: () => (raw) => Math.sqrt(Math.max(0, raw)),
  // Nichol & Dhariwal 2021, eq. 15: variance = exp(u·log β + (1 − u)·log β̃), u = (v + 1)/2. It is not clamped.
  'learned-range': ({ added, variance }) => {
    const [low, high] = [Math.log(Math.max(variance, LEAST_VARIANCE)), Math.log(added)];
    return (v) => Math.exp((low + ((v + 1) / 2) * (high - low)) / 2);
  },
};

/** Of a step to clean data, which has none: only its logarithm counts. */
const LEAST_VARIANCE = 1e-20;

function addScaled(mean: Tensor, noise: Tensor, raw: Tensor, deviation: (raw: number) => number): Tensor {
  const data = mean.data.map((value, i) => value + deviation(raw.data[i]!) * noise.data[i]!);
  return { data, shape: mean.shape };
}
