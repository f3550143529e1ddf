import { linear, type NoiseLevel, type Sampler } from '@ungrain/core';
import { z } from 'zod';
import { firstDraw } from './fresh-noise.js';

const options = z.strictObject({
  output: z
    .enum(['data', 'network'])
    .default('data')
    .describe("What the model's data is: f itself, or the network's output F, f = c_skip·x + c_out·F."),
  lowest: z.number().min(0).default(0.002).describe('ε, the σ/α at which the model leaves its input as it is.'),
  dataDeviation: z
    .number()
    .gt(0)
    .default(0.5)
    .describe('σ_data, the deviation of the data that the model was made for.'),
  noiseScale: z.number().min(0).max(2).default(1).describe('What the fresh noise is multiplied by.'),
});
type Options = z.output<typeof options>;

/**
 * Song et al. 2023, "Consistency Models", algorithm 1, in y = x/α, s = σ/α: y' = f(y, s) + √(s'² − ε²)·fresh noise. The
 * model says where the sampling ODE ends, f.
 *
 * `network` makes f of the output F of the paper's networks (appendix C): c_skip = σ_d²/((s − ε)² + σ_d²),
 * c_out = σ_d·(s − ε)/√(s² + σ_d²).
 */
export const consistencySampler: Sampler<Options> = {
  name: 'consistency',
  summary: 'For consistency models in σ/α: estimate, and noise again.',
  options,
  uses: 'data',
  async step(x, from, to, _state, run) {
    const { output, lowest, noiseScale } = run.options;
    const { data } = await run.denoise(x, from);
    const { skip, out } = output === 'data' ? { skip: 0, out: 1 } : boundary(from, run.options);
    const kept = [[to.alpha * out, data] as const, [to.alpha * skip, x] as const].filter(([weight]) => weight !== 0);
    const deviation = noiseScale * Math.sqrt(Math.max(0, to.sigma ** 2 - (to.alpha * lowest) ** 2));
    if (deviation === 0) return { x: linear(...kept), data, state: null };
    const fresh = firstDraw(run, x.shape);
    return { x: linear(...kept, [deviation, fresh]), data, state: null };
  },
};

/** c_skip/α and c_out, written so that they hold at α = 0 too. */
function boundary({ alpha, sigma }: NoiseLevel, { lowest, dataDeviation }: Options): { skip: number; out: number } {
  const above = sigma - alpha * lowest;
  const [rest, total] = [alpha * dataDeviation, Math.hypot(sigma, alpha * dataDeviation)];
  return { skip: (alpha * dataDeviation ** 2) / (above ** 2 + rest ** 2), out: (dataDeviation * above) / total };
}
