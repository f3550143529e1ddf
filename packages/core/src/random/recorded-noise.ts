import { z } from 'zod';
import { suggestion, UngrainError } from '../errors.js';
import { parseState } from '../state.js';
import { formatShape, sameShape, type Tensor } from '../tensor.js';
import { noiseKeyName, noiseShapeMismatch, type NoiseSource } from './noise-source.js';

const stateSchema = z.object({ source: z.literal('recorded') });

/**
 * Noise that was recorded elsewhere, for replaying another program's run.
 *
 * @param tensors by `noiseKeyName(key)`: `sampler/12/0`
 * @throws UngrainError from `normal`: `unknown-noise` for a key that was not recorded, `noise-shape-mismatch`
 */
export function recordedNoise(tensors: ReadonlyMap<string, Tensor>): NoiseSource {
  return {
    normal(key, shape) {
      const name = noiseKeyName(key);
      const noise = tensors.get(name);
      if (!noise)
        throw new UngrainError(
          'unknown-noise',
          `No noise was recorded as '${name}'${suggestion(name, [...tensors.keys()])}`,
        );
      if (!sameShape(noise.shape, shape)) throw noiseShapeMismatch(name, formatShape(shape), formatShape(noise.shape));
      return noise;
    },
    save: () => ({ source: 'recorded' }),
    restore: (state) => void parseState(stateSchema, state, 'Recorded noise'),
  };
}
