import { expect, test } from '@jest/globals';
import type { Value } from '@ungrain/core';
import { passed, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { metricsParity } from './metrics-parity.js';

const float32 = (data: readonly number[], shape: readonly number[]): Value => ({
  dtype: 'float32',
  data: Float32Array.from(data),
  shape,
});
const float64 = (data: readonly number[], shape: readonly number[]): Value => ({
  dtype: 'float64',
  data: Float64Array.from(data),
  shape,
});

/** What numpy says of two small sets, in the layout of the reference vectors. */
const pair = {
  n: 5,
  m: 4,
  d: 2,
  frechet: {
    value: 0.806579482950585,
    value_sqrtm: 0.806579482950585,
    mean_term: 0.31640625,
    trace1: 2.03125,
    trace2: 1.6822916666666665,
    trace_sqrt: 1.6116842168580405,
    sqrtm_imag_max: 0,
  },
  kid: { unbiased: -4.395384724934895, biased: 4.976225051879881, kernel_scale: 11.817201614379883 },
  kid_subsets: {
    size: 3,
    subsets: [
      {
        ia: [0, 1, 2],
        ib: [3, 1, 0],
        unbiased: -2.00927734375,
        biased: 13.341586642795136,
        kernel_scale: 18.194719102647568,
      },
      {
        ia: [4, 2, 3],
        ib: [2, 1, 0],
        unbiased: -2.2979295518663188,
        biased: 2.555504692925348,
        kernel_scale: 5.082736545138889,
      },
    ],
    mean: -2.1536034478081594,
    std_population: 0.14432610405815938,
  },
  prdc: { '1': { precision: 1, recall: 0.8, density: 2, coverage: 0.8, margin: 0 } },
  energy_distance: 0.39229714805426696,
  note: '',
};
const images = {
  shape: [11, 12],
  data_range: 1,
  mse: 0.14663233901515152,
  psnr: 8.337702376964053,
  ssim_valid: -0.17375589895075422,
  ssim_reflect_full: 0.10549692272306291,
};

const picture = (value: (row: number, column: number) => number): Value =>
  float32(
    Array.from({ length: 132 }, (_, i) => value(Math.floor(i / 12), i % 12)),
    [11, 12],
  );
const TENSORS = new Map<string, Value>([
  ['p.a', float32([0.5, 1, 1.5, -1, 0, 0.25, 2, 0.75, -1, 0.5], [5, 2])],
  ['p.b', float32([0.25, 1, 1, -0.5, 0.5, 0.5, 2, 2], [4, 2])],
  ['p.mean_a', float64([0.6, 0.3], [2])],
  ['p.mean_b', float64([0.9375, 0.75], [2])],
  ['p.cov_a', float64([1.425, -0.225, -0.225, 0.60625], [2, 2])],
  ['p.cov_b', float64([0.5989583333333333, 0.3958333333333333, 0.3958333333333333, 1.0833333333333333], [2, 2])],
  ['img.i.a', picture((row, column) => (row + 2 * column) / 32)],
  ['img.i.b', picture((row, column) => ((row * column) % 7) / 8)],
]);

async function check(changes: { pair?: object; images?: object } = {}): Promise<readonly ParityCheck[]> {
  const source: ParitySource = {
    exists: async () => true,
    bytes: async () => new Uint8Array(),
    list: async () => [],
    json: async () => ({
      set: 'test',
      env: {},
      pairs: { p: { ...pair, ...changes.pair } },
      images: { i: { ...images, ...changes.images } },
      definitions: {},
      tolerances: {},
    }),
    tensors: async () => TENSORS,
  };
  const checks: ParityCheck[] = [];
  for await (const one of metricsParity.run(source)) checks.push(one);
  return checks;
}

const failuresOf = (checks: readonly ParityCheck[]): readonly string[] =>
  checks.filter((one) => !passed(one)).map(({ name }) => name);

test('agrees with numpy on every field', async () => {
  const checks = await check();
  expect(failuresOf(checks)).toEqual([]);
  expect(checks.length).toBe(31);
});

test('one wrong number is one failure', async () => {
  const changes = {
    pair: { energy_distance: 0.3923, prdc: { '1': { ...pair.prdc['1'], recall: 0.6 } } },
    images: { psnr: 'Infinity', ssim_valid: -0.1737 },
  };
  expect(failuresOf(await check(changes))).toEqual(['p prdc 1 recall', 'p energy_distance', 'i psnr', 'i ssim_valid']);
});

test('a field that nobody compares is a failure', async () => {
  expect(failuresOf(await check({ pair: { wasserstein: 1 } }))).toEqual(['p']);
});
