import { describe, expect, test } from '@jest/globals';
import type { Value } from '../tensor.js';
import { passed, type ParityCheck, type ParitySource } from './contract.js';
import { rngParity } from './rng.js';

const float32 = (...numbers: number[]): Value => ({
  dtype: 'float32',
  data: Float32Array.from(numbers),
  shape: [numbers.length],
});
const int64 = (...numbers: number[]): Value => ({
  dtype: 'int64',
  data: BigInt64Array.from(numbers, BigInt),
  shape: [numbers.length],
});

/** Some results of PyTorch 2.13, in the layout of the reference vectors. */
const TENSORS: readonly (readonly [string, Value])[] = [
  ['seed100.rand.f32.2', float32(0.1116642951965332, 0.8158431053161621)],
  ['seed42.randn.f32.3', float32(0.33669036626815796, 0.12880940735340118, 0.23446236550807953)],
  ['seed100.randint.-5..6.3', int64(3, 4, -3)],
  ['seed100.uniform_-0.3333_0.3333.2', float32(-0.2588645815849304, 0.2105410099029541)],
  ['seed100.bernoulli_tensor_p0.3.3', float32(1, 0, 1)],
  ['seed100.normal_mean0.7_std2.5.2', float32(1.601639747619629, -0.014802904799580574)],
  ['sequence.seed3.00.uniform', float32(-1.9829459190368652, -1.5777225494384766)],
  ['sequence.seed3.02.rand', float32(0.004263520240783691)],
  ['module.Linear(1,2).bias', float32(-0.4748760461807251, -0.03224480152130127)],
];

const INDEX = {
  randperm: { '0': { '10': { first: [4, 1], last: [6, 2], crc32_i64: 1883426623 } } },
  dataloader: {
    n: 10,
    batch: 4,
    seed: 5,
    generator_given: [
      { first: [7, 4], last: [9, 0], count: 10, crc32_i64: 2646177102 },
      { first: [2, 1], last: [8, 0], count: 10, crc32_i64: 2269401307 },
    ],
    generator_given_drop_last: [{ first: [7, 4], last: [6, 5], count: 8, crc32_i64: 4204843352 }],
    generator_given_and_4_rands_drawn_from_it_after_each_epoch: [],
    no_generator_global_manual_seed: [],
    notebook_loop_global_generator: [
      {
        indices: [8, 3, 0, 5],
        noise_first: [2.0194194316864014, -0.26861444115638733],
        noise_last: [1.0282524824142456, -0.1924080103635788],
        t_first: [0.7554313540458679, 0.7067772746086121],
      },
    ],
  },
  sequence: [
    ['uniform', 2],
    ['manual_seed', 3],
    ['rand', 1],
  ],
  sequence_meaning: { 'uniform k': 'torch.empty(k).uniform_(-2, 2)' },
  init: { class: { seed: 100, tensors: [] } },
};

async function run(tensors: Iterable<readonly [string, Value]>, index: unknown = INDEX): Promise<ParityCheck[]> {
  const source: ParitySource = {
    exists: async () => true,
    bytes: async () => new Uint8Array(),
    list: async () => [],
    json: async () => index,
    tensors: async () => new Map(tensors),
  };
  const checks: ParityCheck[] = [];
  for await (const check of rngParity.run(source)) checks.push(check);
  return checks;
}

const failed = (checks: readonly ParityCheck[]) => checks.filter((check) => !passed(check)).map(({ name }) => name);

describe('rngParity', () => {
  test('agrees with PyTorch', async () => {
    const checks = await run(TENSORS);
    expect(failed(checks)).toEqual([]);
    expect(checks.length).toBeGreaterThan(TENSORS.length + 10);
  });

  test.each(TENSORS.map(([name], i) => [name, i] as const))('notices a changed number in %s', async (name, i) => {
    const tampered = TENSORS.map(([other, value], j) =>
      j === i ? ([other, nudge(value)] as const) : ([other, value] as const),
    );
    expect(failed(await run(tampered))).toEqual([name]);
  });

  test('notices changed numbers in the index', async () => {
    const index = structuredClone(INDEX);
    index.randperm['0']['10'].crc32_i64++;
    index.dataloader.generator_given[1]!.last[0]!--;
    index.dataloader.notebook_loop_global_generator[0]!.noise_last[1]! += 2e-4;
    expect(failed(await run(TENSORS, index))).toEqual([
      'randperm.seed0.10.crc32_i64',
      'dataloader.generator_given.1.last',
      'dataloader.notebook_loop.0.noise_last',
    ]);
  });

  test.each([
    'seed1.cauchy.3',
    'seed1.rand.f16.3',
    'rand',
    'module.Conv3d(1,2,3).weight',
    'module.Linear(1,2).gamma',
    'initfn.dirac_.3x3',
    'sequence.seed1.00.rand',
  ])('fails on the unknown name %s', async (name) => {
    expect(failed(await run([...TENSORS, [name, float32(1)]]))).toContain(name);
  });

  test('fails on missing tensors of a sequence, and on unknown parts of the index', async () => {
    expect(failed(await run([]))).toEqual(['sequence']);
    expect(failed(await run(TENSORS, { ...INDEX, dropout: {} }))).toEqual(['dropout']);
    expect(failed(await run(TENSORS, { ...INDEX, dataloader: undefined }))).toEqual(['dataloader']);
  });
});

/** The value with its last element moved a little. */
function nudge(value: Value): Value {
  if (value.dtype === 'int64') return { ...value, data: value.data.with(-1, value.data.at(-1)! + 1n) };
  if (value.dtype === 'float32') return { ...value, data: value.data.with(-1, value.data.at(-1)! + 1e-3) };
  throw new Error(value.dtype);
}
