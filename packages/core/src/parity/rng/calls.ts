import { UngrainError } from '../../errors.js';
import type { TorchGenerator } from '../../random/torch-generator.js';
import { full, sizeOf, type Shape, type Tensor, type Value } from '../../tensor.js';
import type { Closeness } from '../compare.js';

/** What a call on a generator returned, and how close a reference has to be to it. */
export interface Drawn {
  readonly value: Value;
  readonly closeness: Closeness;
}

/** Small `randn`s are computed in double and rounded: other mathematical libraries may round to the neighbour. */
const SMALL_NORMAL: Closeness = { float32Steps: 1 };
/** Between PyTorch's own code paths, for a standard deviation of 1. */
const NORMAL_DISTANCE = 2e-6;
const NORMAL64_DISTANCE = 1e-14;

const NUMBER = String.raw`(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)`;
const SHAPE = String.raw`(\d+(?:x\d+)*)`;

type Call = readonly [pattern: RegExp, draw: (generator: TorchGenerator, ...captured: readonly string[]) => Drawn];

/** The calls by name: `randint.-5..6.40`, `uniform_-0.3333_0.3333.200`, `randn.f32.2x3x4`. */
const CALLS: readonly Call[] = [
  call(`rand\\.f32\\.${SHAPE}`, (g, shape) => equal(float32(g.rand(shapeOf(shape))))),
  call(`rand\\.f64\\.${SHAPE}`, (g, shape) => equal(float64(g.rand64(countOf(shape)), shapeOf(shape)))),
  call(`randn\\.f32\\.${SHAPE}`, (g, shape) => drawNormal(g, shapeOf(shape), 0, 1)),
  call(`randn\\.f64\\.${SHAPE}`, (g, shape) => drawNormal64(g, shapeOf(shape))),
  call(`normal_mean${NUMBER}_std${NUMBER}\\.${SHAPE}`, (g, mean, std, shape) =>
    drawNormal(g, shapeOf(shape), Number(mean), Number(std)),
  ),
  call(`uniform_${NUMBER}_${NUMBER}\\.${SHAPE}`, (g, lo, hi, shape) =>
    equal(float32(g.uniform(shapeOf(shape), Number(lo), Number(hi)))),
  ),
  call(`uniform_${NUMBER}_${NUMBER}_f64\\.${SHAPE}`, (g, lo, hi, shape) =>
    equal(float64(g.uniform64(countOf(shape), Number(lo), Number(hi)), shapeOf(shape))),
  ),
  call(`randint\\.(-?\\d+)\\.\\.(-?\\d+)\\.${SHAPE}`, (g, low, high, shape) =>
    equal(int64(g.randint64(BigInt(low), BigInt(high), countOf(shape)), shapeOf(shape))),
  ),
  call(`random_int64\\.${SHAPE}`, (g, shape) => equal(int64(g.randomInt64(countOf(shape)), shapeOf(shape)))),
  call(`bernoulli_tensor_p${NUMBER}\\.${SHAPE}`, (g, p, shape) => drawBernoulli(g, shapeOf(shape), Number(p))),
  call(`rand_lt_${NUMBER}\\.${SHAPE}`, (g, bound, shape) => {
    const limit = Math.fround(Number(bound));
    const { data } = g.rand(shapeOf(shape));
    return equal({ dtype: 'uint8', data: Uint8Array.from(data, (x) => (x < limit ? 1 : 0)), shape: shapeOf(shape) });
  }),
];

/**
 * Makes the call that a name says.
 * @throws UngrainError `unknown-call`
 */
export function drawCall(generator: TorchGenerator, name: string): Drawn {
  for (const [pattern, draw] of CALLS) {
    const match = pattern.exec(name);
    if (match) return draw(generator, ...match.slice(1));
  }
  throw new UngrainError('unknown-call', `No call on a generator is named '${name}'.`, 'failure');
}

export function drawNormal(generator: TorchGenerator, shape: Shape, mean: number, std: number): Drawn {
  const plain = mean === 0 && std === 1;
  return {
    value: float32(generator.normal(shape, mean, std)),
    closeness: plain && sizeOf(shape) < 16 ? SMALL_NORMAL : { absolute: NORMAL_DISTANCE * std },
  };
}

export const drawNormal64 = (generator: TorchGenerator, shape: Shape): Drawn => ({
  value: float64(generator.randn64(sizeOf(shape)), shape),
  closeness: { absolute: NORMAL64_DISTANCE },
});

export const drawBernoulli = (generator: TorchGenerator, shape: Shape, probability: number): Drawn =>
  equal(float32(generator.bernoulli(full(shape, probability))));

/** A result that has to be equal to its reference. */
export const equal = (value: Value): Drawn => ({ value, closeness: 'equal' });

export const float32 = ({ data, shape }: Tensor): Value => ({ dtype: 'float32', data, shape });
export const float64 = (data: Float64Array, shape: Shape = [data.length]): Value => ({ dtype: 'float64', data, shape });
export const int64 = (data: BigInt64Array, shape: Shape = [data.length]): Value => ({ dtype: 'int64', data, shape });

function call(pattern: string, draw: Call[1]): Call {
  return [new RegExp(`^${pattern}$`), draw];
}

/** `2x3x4` → [2, 3, 4]. */
export const shapeOf = (text = ''): Shape => text.split('x').map(Number);

const countOf = (text: string | undefined): number => sizeOf(shapeOf(text));
