import { crc32, drawParameters, TorchGenerator, type Tensor, type Value } from '@ungrain/core';
import { attempt, compareArrays, type ParityCheck, type ParityGroup } from '@ungrain/core/parity';
import { nn } from '@ungrain/graph';
import { unet, type UnetKind } from '../unet.js';
import { equality } from './measures.js';
import { tensorOf, tensorsBelow } from './reference.js';

const INDEX = 'rng/rng.json';

interface InitEntry {
  readonly D: number;
  readonly seed: number;
  readonly tensors: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly first: readonly number[];
    readonly last: readonly number[];
    readonly sum_f64: number;
    readonly crc32_f32: number;
  }[];
  /** Three uniform numbers drawn after the network: nothing more and nothing less was drawn. */
  readonly rand3_after: readonly number[];
}

/** The first weights of the UNets: from seed s, those of PyTorch, bit for bit. */
export const initParity: ParityGroup = {
  name: 'init',
  index: INDEX,
  async *run(source) {
    const { init = {} } = (await source.json(INDEX)) as { readonly init?: Readonly<Record<string, InitEntry>> };
    const tensors = await source.tensors('rng/rng.safetensors');
    for (const [kind, entry] of Object.entries(init)) yield* checkInit(kind as UnetKind, entry, tensors);
  },
};

function* checkInit(kind: UnetKind, entry: InitEntry, tensors: ReadonlyMap<string, Value>): Generator<ParityCheck> {
  const scope = nn.Scope.root({ training: true });
  unet(scope, { kind, hidden: entry.D });
  const generator = new TorchGenerator(entry.seed);
  const weights = drawParameters(generator, scope.declarations);
  const trained = scope.declarations.filter((declaration) => declaration.trained);
  yield equality(
    `${kind} names and shapes`,
    trained.map(({ name, shape }) => ({ name, shape })),
    entry.tensors.map(({ name, shape }) => ({ name, shape })),
  );
  for (const expected of entry.tensors) {
    const name = `${kind} ${expected.name}`;
    const weight = weights.get(expected.name);
    if (!weight) continue; // the names above differ
    const { data } = weight;
    yield compareArrays(`${name} first`, data.slice(0, expected.first.length), expected.first, 'equal');
    yield compareArrays(`${name} last`, data.slice(data.length - expected.last.length), expected.last, 'equal');
    yield compareArrays(`${name} sum_f64`, [data.reduce((sum, v) => sum + v, 0)], [expected.sum_f64], {
      absolute: 1e-9,
    });
    yield equality(`${name} crc32_f32`, crc32(new Uint8Array(data.buffer)), expected.crc32_f32);
  }
  yield compareArrays(`${kind} rand3_after`, generator.rand([3]).data, entry.rand3_after, 'equal');
  for (const name of tensorsBelow(tensors, `init_${kind}`).keys())
    yield attempt(`init_${kind}.${name}`, () =>
      compareArrays(
        `init_${kind}.${name}`,
        (weights.get(name) as Tensor).data,
        tensorOf(tensors, `init_${kind}.${name}`).data,
        'equal',
      ),
    );
}
