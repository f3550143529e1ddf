import { z } from 'zod';
import { TorchGenerator } from '../random/torch-generator.js';
import type { Value } from '../tensor.js';
import { attempt, compareValues, failedCheck } from './compare.js';
import type { ParityCheck, ParityGroup } from './contract.js';
import { drawCall } from './rng/calls.js';
import { checkDataOrder, dataLoaderSchema } from './rng/data-order.js';
import { checkInitializers } from './rng/initializers.js';
import { checkPermutations, permutationsSchema } from './rng/permutations.js';
import { checkSequences, type Operation } from './rng/sequences.js';

const INDEX = 'rng/rng.json';
const TENSORS = 'rng/rng.safetensors';

const seedSchema = z.union([z.number(), z.string()]).transform(BigInt);
const operationsSchema = z.array(z.tuple([z.string()], z.number())) satisfies z.ZodType<Operation[]>;
const meaningSchema = z.record(z.string(), z.string());
const seededSchema = z.looseObject({ seed: seedSchema });
const initSchema = z.record(z.string(), seededSchema);

/** The seed that the course's notebooks set. */
const COURSE_SEED = 100n;

/** Parts of the index that hold no results, or those of networks (`init`), which are checked with the networks. */
const NOT_COMPARED = ['set', 'env', 'seeds', 'ns', 'exact', 'approximate', 'init', 'init_rules', 'sequence_meaning'];

/** PyTorch's CPU generator: its draws, permutations, the DataLoader's order and the initialisation of modules. */
export const rngParity: ParityGroup = {
  name: 'rng',
  index: INDEX,
  async *run(source) {
    const index = z.record(z.string(), z.unknown()).parse(await source.json(INDEX));
    const tensors = await source.tensors(TENSORS);
    yield* checkTensors(tensors, index);
    yield* section(index, 'randperm', permutationsSchema, checkPermutations);
    yield* section(index, 'dataloader', dataLoaderSchema, checkDataOrder);
    yield* section(index, 'sequence', operationsSchema, (operations) =>
      checkSequences(tensors, operations, meaningSchema.safeParse(index['sequence_meaning']).data ?? {}),
    );
    for (const key of Object.keys(index))
      if (!NOT_COMPARED.includes(key) && !['randperm', 'dataloader', 'sequence'].includes(key))
        yield failedCheck(key, `${INDEX} has an unknown part`);
  },
};

/** The tensors by the first word of their names; `init_class.*` is the network's. */
function* checkTensors(tensors: ReadonlyMap<string, Value>, index: Record<string, unknown>): Iterable<ParityCheck> {
  for (const [name, expected] of tensors) {
    if (/^(?:sequence|module|initfn|init_class)\./.test(name)) continue;
    const [, seed, call = ''] = /^seed(-?\d+)\.(.+)$/.exec(name) ?? [];
    if (seed === undefined) yield failedCheck(name, 'no seed in the name');
    else
      yield attempt(name, () => {
        const { value, closeness } = drawCall(new TorchGenerator(BigInt(seed)), call);
        return compareValues(name, value, expected, closeness);
      });
  }
  yield* checkInitializers(tensors, seedsIn(index));
}

/** Seeds that may be meant where none is written: those that the index names, of networks and loaders first. */
function seedsIn(index: Record<string, unknown>): readonly bigint[] {
  const networks = Object.values(initSchema.safeParse(index['init']).data ?? {}).map(({ seed }) => seed);
  const loader = seededSchema.safeParse(index['dataloader']).data?.seed;
  const others = z.array(seedSchema).safeParse(index['seeds']).data ?? [];
  return [...new Set([...networks, ...(loader === undefined ? [] : [loader]), ...others, COURSE_SEED])];
}

function* section<T>(
  index: Record<string, unknown>,
  key: string,
  schema: z.ZodType<T>,
  check: (part: T) => Iterable<ParityCheck>,
): Iterable<ParityCheck> {
  const part = schema.safeParse(index[key]);
  if (part.success) yield* check(part.data);
  else yield failedCheck(key, z.prettifyError(part.error));
}
