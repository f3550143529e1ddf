import { linear, type NoiseLevel, type Sampler, type Schedule } from '@ungrain/core';
import { z } from 'zod';
import { firstDraw } from './fresh-noise.js';

const options = z.strictObject({
  timeScale: z
    .number()
    .min(0)
    .default(10)
    .describe(
      'How quickly the share of the state in the result fades with the trained time; only near time 0 it counts.',
    ),
  dataDeviation: z
    .number()
    .gt(0)
    .default(0.5)
    .describe('σ_data, the deviation of the data that the model was made for.'),
});
type Options = z.output<typeof options>;

/**
 * Multi-step consistency sampling (Luo et al. 2023, "Latent Consistency Models", algorithm 3): take the model's data,
 * noise it to the next level with fresh noise, x' = α'·f + σ'·fresh noise. It is for models that were distilled to say
 * in one call where the sampling ODE ends; others give it averages.
 *
 * On schedules of trained times the data is mixed with the state so that nothing changes at time 0 (eq. 8 and appendix
 * F): f = c_skip·x + c_out·data, c_skip = σ_d²/((k·t)² + σ_d²), c_out = k·t/√((k·t)² + σ_d²).
 */
export const lcmSampler: Sampler<Options> = {
  name: 'lcm',
  summary: 'For consistency models, in one to eight steps: estimate, and noise again.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { data } = await run.denoise(x, from);
    const { skip, out } = boundary(from, run.schedule, run.options);
    if (to.sigma === 0) return { x: linear([to.alpha * out, data], [to.alpha * skip, x]), data, state: null };
    const fresh = firstDraw(run, x.shape);
    return { x: linear([to.alpha * out, data], [to.alpha * skip, x], [to.sigma, fresh]), data, state: null };
  },
};

function boundary(
  { time }: NoiseLevel,
  { trainedSteps }: Schedule,
  { timeScale, dataDeviation }: Options,
): { readonly skip: number; readonly out: number } {
  if (trainedSteps === null) return { skip: 0, out: 1 };
  const total = (timeScale * time) ** 2 + dataDeviation ** 2;
  return { skip: dataDeviation ** 2 / total, out: (timeScale * time) / Math.sqrt(total) };
}
