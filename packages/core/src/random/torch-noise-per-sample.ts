import { z } from 'zod';
import { UngrainError } from '../errors.js';
import { parseState } from '../state.js';
import { concatRows, formatShape } from '../tensor.js';
import type { NoiseSource } from './noise-source.js';
import { torchNoise } from './torch-noise.js';

/**
 * One PyTorch generator for each row, as diffusers' pipelines draw when given a list of generators: sample i is the one
 * that `torchNoise(seeds[i])` gives for a batch of one.
 *
 * @throws UngrainError `noise-rows-mismatch` from `normal`, if the shape has not one row for each seed
 */
export function torchNoisePerSample(seeds: readonly (number | bigint)[]): NoiseSource {
  const rows = seeds.map(torchNoise);
  const stateSchema = z.object({
    source: z.literal('torch-per-sample'),
    rows: z.array(z.custom<ReturnType<NoiseSource['save']>>()).length(rows.length),
  });
  return {
    normal(key, shape) {
      if (shape[0] !== rows.length)
        throw new UngrainError(
          'noise-rows-mismatch',
          `Noise of the shape ${formatShape(shape)} was asked for, but there are ${rows.length} seeds, one for each row.`,
        );
      return concatRows(rows.map((row) => row.normal(key, [1, ...shape.slice(1)])));
    },
    save: () => ({ source: 'torch-per-sample', rows: rows.map((row) => row.save()) }),
    restore(state) {
      const saved = parseState(stateSchema, state, 'Torch noise per sample');
      rows.forEach((row, i) => row.restore(saved.rows[i]!));
    },
  };
}
