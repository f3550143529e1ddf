import type { Tensor, Value } from '@ungrain/core';
import { compareArrays, type ParityCheck } from '@ungrain/core/parity';
import { EigenvalueDecomposition, type Matrix } from 'ml-matrix';
import { z } from 'zod';
import {
  energyDistance,
  frechetDistance,
  gatherRows,
  kernelDistance,
  momentsOf,
  precisionRecall,
  type Moments,
} from '../scores/index.js';
import { equality } from './measures.js';
import { near, numberSchema as number } from './metrics-number.js';
import { tensorOf, wanted } from './reference.js';

const kidSchema = z.object({ unbiased: number, biased: number, kernel_scale: number });
const rowsSchema = z.array(z.int().min(0));

/** Two sets of features and how far apart they are. `a` is real, `b` generated. */
export const pairSchema = z.strictObject({
  n: z.int(),
  m: z.int(),
  d: z.int(),
  frechet: z.strictObject({
    value: number,
    value_sqrtm: number,
    mean_term: number,
    trace1: number,
    trace2: number,
    trace_sqrt: number,
    sqrtm_imag_max: number,
  }),
  kid: z.strictObject(kidSchema.shape),
  kid_subsets: z.strictObject({
    size: z.int(),
    subsets: z.array(z.strictObject({ ia: rowsSchema, ib: rowsSchema, ...kidSchema.shape })),
    mean: number,
    std_population: number,
  }),
  prdc: z.record(
    z.string(),
    z.strictObject({ precision: number, recall: number, density: number, coverage: number, margin: number }),
  ),
  energy_distance: number,
  note: z.string(),
});
type Pair = z.output<typeof pairSchema>;
type Part<K extends keyof Pair> = (name: string, expected: Pair[K], a: Tensor, b: Tensor) => Iterable<ParityCheck>;

const MOMENT_TOLERANCE = 1e-12;
const ENERGY_TOLERANCE = 1e-9;
/** In units of the kernel's mean magnitude. */
const KID_TOLERANCE = 1e-10;
/** Shares are counts divided once or twice: any other count is further away. */
const SHARE_TOLERANCE = 1e-12;
/** Relative, and in units of the covariances' traces: rounding of singular covariances shows under the root. */
const FRECHET_TOLERANCE = { regular: [1e-7, 1e-8], singular: [1e-5, 1e-6] } as const;

export function* checkPair(name: string, pair: Pair, tensors: ReadonlyMap<string, Value>): Iterable<ParityCheck> {
  const [a, b] = [tensorOf(tensors, `${name}.a`), tensorOf(tensors, `${name}.b`)];
  yield equality(
    `${name} shapes`,
    [a.shape, b.shape],
    [pair.n, pair.m].map((rows) => [rows, pair.d]),
  );
  const moments = { a: momentsOf(a), b: momentsOf(b) };
  for (const side of ['a', 'b'] as const) {
    const { mean, covariance } = moments[side];
    yield closeArrays(`${name} mean_${side}`, mean, wanted(tensors, `${name}.mean_${side}`));
    yield closeArrays(`${name} cov_${side}`, covariance.to1DArray(), wanted(tensors, `${name}.cov_${side}`));
  }
  yield* checkFrechet(name, pair.frechet, moments.a, moments.b);
  yield* checkKernels(`${name} kid`, pair.kid, a, b);
  yield* checkKernelSubsets(`${name} kid_subsets`, pair.kid_subsets, a, b);
  yield* checkShares(`${name} prdc`, pair.prdc, a, b);
  yield near(`${name} energy_distance`, () => energyDistance(a, b), pair.energy_distance, ENERGY_TOLERANCE);
}

/** Relative to the largest element. */
function closeArrays(name: string, actual: ArrayLike<number>, { data }: Value): ParityCheck {
  const expected = Float64Array.from(data as ArrayLike<number>);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return compareArrays(name, actual, expected, { absolute: MOMENT_TOLERANCE * largest });
}

function* checkFrechet(name: string, expected: Pair['frechet'], a: Moments, b: Moments): Iterable<ParityCheck> {
  const { distance, meanTerm, traces, rootTrace } = frechetDistance(a, b);
  const singular = isSingular(a.covariance) || isSingular(b.covariance);
  const [relative, ofTraces] = FRECHET_TOLERANCE[singular ? 'singular' : 'regular'];
  const check = (part: string, actual: number, reference: number): ParityCheck => {
    const tolerance = relative * Math.abs(reference) + ofTraces * (expected.trace1 + expected.trace2);
    return near(`${name} frechet ${part}`, () => actual, reference, tolerance);
  };
  yield check('value', distance, expected.value);
  // A root of scipy's with an imaginary part is no reference: it goes astray where covariances are singular.
  if (expected.sqrtm_imag_max === 0) yield check('value_sqrtm', distance, expected.value_sqrtm);
  yield check('mean_term', meanTerm, expected.mean_term);
  yield check('trace1', traces[0], expected.trace1);
  yield check('trace2', traces[1], expected.trace2);
  yield check('trace_sqrt', rootTrace, expected.trace_sqrt);
}

function isSingular(covariance: Matrix): boolean {
  const { realEigenvalues } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  return Math.min(...realEigenvalues) <= 1e-12 * Math.max(...realEigenvalues);
}

const checkKernels: Part<'kid'> = function* (name, { unbiased, biased, kernel_scale }, a, b) {
  const actual = kernelDistance(a, b);
  yield near(`${name} unbiased`, () => actual.unbiased, unbiased, KID_TOLERANCE * kernel_scale);
  yield near(`${name} biased`, () => actual.biased, biased, KID_TOLERANCE * kernel_scale);
};

const checkKernelSubsets: Part<'kid_subsets'> = function* (name, { size, subsets, mean, std_population }, a, b) {
  const unbiased: number[] = [];
  for (const [i, { ia, ib, ...expected }] of subsets.entries()) {
    yield equality(`${name}[${i}] size`, [ia.length, ib.length], [size, size]);
    const [rowsA, rowsB] = [gatherRows(a, ia), gatherRows(b, ib)];
    yield* checkKernels(`${name}[${i}]`, expected, rowsA, rowsB);
    unbiased.push(kernelDistance(rowsA, rowsB).unbiased);
  }
  const average = unbiased.reduce((sum, value) => sum + value, 0) / unbiased.length;
  const variance = unbiased.reduce((sum, value) => sum + (value - average) ** 2, 0) / unbiased.length;
  const tolerance = KID_TOLERANCE * Math.max(...subsets.map(({ kernel_scale }) => kernel_scale));
  yield near(`${name} mean`, () => average, mean, tolerance);
  yield near(`${name} std_population`, () => Math.sqrt(variance), std_population, tolerance);
};

/** Exact, ties included (`margin` 0), as distances are compared by squared differences in double. */
const checkShares: Part<'prdc'> = function* (name, expected, a, b) {
  for (const [k, { margin, ...shares }] of Object.entries(expected)) {
    const actual = precisionRecall(a, b, Number(k));
    for (const part of ['precision', 'recall', 'density', 'coverage'] as const) {
      const check = near(`${name} ${k} ${part}`, () => actual[part], shares[part], SHARE_TOLERANCE * b.shape[0]!);
      yield { ...check, note: `${check.note}; the nearest decision is ${margin} from flipping` };
    }
  }
};
