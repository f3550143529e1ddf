import { UngrainError } from './errors.js';
import { addedVariance, type NoiseLevel } from './noise-level.js';
import { linear, type Tensor } from './tensor.js';

/**
 * The forward process, x = α·data + σ·noise at a level: the course's section 1.1 (Ho et al. 2020, eq. 4), and of a flow
 * the straight path.
 */
export const addNoise = (data: Tensor, { alpha, sigma }: NoiseLevel, noise: Tensor): Tensor =>
  linear([alpha, data], [sigma, noise]);

/**
 * Takes a state up to a noisier level, as the forward process does: x' = (α'/α)·x + √(σ'² − (α'/α)²·σ²)·noise.
 * Lugmayr et al. 2022, "RePaint", algorithm 1, line 9.
 *
 * @throws UngrainError `level-not-noisier` if `to` has less noise than `from`, or `from` none of the data it should keep
 */
export function renoise(x: Tensor, from: NoiseLevel, to: NoiseLevel, noise: Tensor): Tensor {
  const ratio = to.alpha / from.alpha;
  if (!(ratio * from.sigma <= to.sigma))
    throw new UngrainError(
      'level-not-noisier',
      `Renoising goes to a noisier level, not from time ${from.time} to time ${to.time}.`,
    );
  return linear([ratio, x], [Math.sqrt(addedVariance(from, to)), noise]);
}
