import { z } from 'zod';
import { parseState } from '../state.js';
import { formatShape, sameShape, type Shape, type Tensor } from '../tensor.js';
import { noiseKeyName, noiseShapeMismatch, type NoiseSource } from './noise-source.js';
import { seedToBigInt } from './seed.js';
import { TorchGenerator } from './torch-generator.js';

const positionSchema = z.object({ drawn: z.int().min(0), cachedNormal: z.number().nullable() });

const stateSchema = z.object({
  source: z.literal('torch'),
  seed: z.string().regex(/^-?\d+$/),
  position: positionSchema,
  /** Where in the sequence the noise of each key begins. */
  requests: z.array(z.object({ name: z.string(), shape: z.array(z.int().min(0)), position: positionSchema })),
});
type Request = z.infer<typeof stateSchema>['requests'][number];

/**
 * The noise that a notebook draws with `torch.randn` on the CPU after `torch.manual_seed(seed)`: each new key gets the
 * next numbers of one generator, in the order of the requests. A key asked for again gets its noise again (drawn anew
 * from the seed, so it costs time but no memory) and does not move the sequence.
 *
 * @throws UngrainError `noise-shape-mismatch` from `normal`, if a key is asked for again in another shape
 */
export function torchNoise(seed: number | bigint): NoiseSource {
  let start = seedToBigInt(seed);
  let generator = new TorchGenerator(start);
  let requests = new Map<string, Request>();

  function again({ name, shape: known, position }: Request, shape: Shape): Tensor {
    if (!sameShape(known, shape)) throw noiseShapeMismatch(name, formatShape(shape), formatShape(known));
    return TorchGenerator.at(start, position).randn(shape);
  }

  return {
    normal(key, shape) {
      const name = noiseKeyName(key);
      const known = requests.get(name);
      if (known) return again(known, shape);
      requests.set(name, { name, shape: [...shape], position: generator.position });
      return generator.randn(shape);
    },
    save: () => ({
      source: 'torch',
      seed: String(start),
      position: generator.position,
      requests: [...requests.values()],
    }),
    restore(state) {
      const saved = parseState(stateSchema, state, 'Torch noise');
      start = BigInt(saved.seed);
      generator = TorchGenerator.at(start, saved.position);
      requests = new Map(saved.requests.map((request) => [request.name, request]));
    },
  };
}
