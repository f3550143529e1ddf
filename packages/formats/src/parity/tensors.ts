import { sameShape, type DType, type Value } from '@ungrain/core';
import { toFloat32 } from '../narrow-floats.js';
import { DTYPE_NAMES } from '../safetensors/dtypes.js';
import type { ExpectedTensor, ExpectedTensors, FileEntry, IndexNumber } from './entries.js';

/** A difference between what was read and what the index says: 0 if there is none. */
export interface Difference {
  readonly error: number;
  readonly note: string;
}

/** Kept as bit patterns. */
const NARROW_FLOATS: ReadonlySet<DType> = new Set(['float16', 'bfloat16', 'float8e4m3fn', 'float8e5m2']);
/** Sums may be added up in another order. Relative to the sum of absolute values. */
const SUM_DISTANCE = 1e-12;

const differs = (note: string): Difference => ({ error: Infinity, note });

/** All differences between the tensors that were read and those expected. Only those above 0. */
export function* compareTensors(
  actual: ReadonlyMap<string, Value>,
  expected: ExpectedTensors,
  entry: FileEntry,
): Iterable<Difference> {
  for (const name of actual.keys()) if (!Object.hasOwn(expected, name)) yield differs(`unexpected tensor '${name}'`);
  for (const [name, tensor] of Object.entries(expected)) {
    const value = actual.get(name);
    if (value) yield* compareTensor(name, value, tensor, entry);
    else yield differs(`no tensor '${name}'`);
  }
}

function* compareTensor(name: string, value: Value, expected: ExpectedTensor, entry: FileEntry): Iterable<Difference> {
  const dtype = DTYPE_NAMES.get(value.dtype);
  if (dtype !== expected.dtype) yield differs(`'${name}' is ${dtype}, not ${expected.dtype}`);
  if (!sameShape(value.shape, expected.shape)) yield differs(`'${name}' has another shape`);
  const numbers = numbersOf(value);
  if (numbers.length !== expected.count) yield differs(`'${name}' has ${numbers.length} elements`);
  yield* compareList(`first of '${name}'`, numbers.slice(0, expected.first.length), expected.first);
  yield* compareSum(`sum of '${name}'`, numbers, expected.sum);

  const { all_values: all, finite_count: count, finite_sum: sum, finite_abs_sum: absolute } = entry;
  const finite = numbers.filter((x) => typeof x === 'bigint' || Number.isFinite(x));
  if (all) yield* compareList(`values of '${name}'`, numbers, all);
  if (count !== undefined && finite.length !== count) yield differs(`'${name}' has ${finite.length} finite elements`);
  if (sum !== undefined) yield* compareSum(`finite sum of '${name}'`, finite, sum);
  if (absolute !== undefined)
    yield* compareSum(`finite absolute sum of '${name}'`, finite.map(Number).map(Math.abs), absolute);
}

/** Elements as doubles, exactly; integers of 64 bits stay bigints. */
const numbersOf = (value: Value): readonly (number | bigint)[] =>
  NARROW_FLOATS.has(value.dtype) ? [...toFloat32(value).data] : [...value.data];

/** Equal bit by bit: −0 is not 0, NaN is NaN. */
function* compareList(
  what: string,
  actual: readonly (number | bigint)[],
  expected: readonly IndexNumber[],
): Iterable<Difference> {
  if (actual.length !== expected.length) yield differs(`${what}: ${actual.length} elements`);
  const wrong = expected.findIndex((number, i) => !isSame(actual[i], number));
  if (wrong >= 0) yield differs(`${what}: element ${wrong} is ${actual[wrong]}, not ${expected[wrong]}`);
}

function isSame(actual: number | bigint | undefined, expected: IndexNumber): boolean {
  if (typeof actual === 'bigint') return String(actual) === String(expected);
  return Object.is(actual, Number(expected));
}

/** The error of a sum is in units of what is tolerated, so that 1 is the most that passes. */
function* compareSum(what: string, numbers: readonly (number | bigint)[], expected: IndexNumber): Iterable<Difference> {
  if (numbers.some((x) => typeof x === 'bigint')) {
    const sum = numbers.reduce<bigint>((total, x) => total + BigInt(x), 0n);
    if (String(sum) !== String(expected)) yield differs(`${what} is ${sum}, not ${expected}`);
    return;
  }
  const doubles = numbers.map(Number);
  const sum = doubles.reduce((total, x) => total + x, 0);
  if (sum === Number(expected) || Object.is(sum, Number(expected))) return;
  const size = doubles.reduce((total, x) => total + Math.abs(x), 0);
  const error = Math.abs(sum - Number(expected)) / (SUM_DISTANCE * size);
  yield { error: Number.isNaN(error) ? Infinity : error, note: `${what} is ${sum}, not ${expected}` };
}
