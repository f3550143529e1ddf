import { UngrainError } from '../errors.js';
import { parseState } from '../state.js';
import { sizeOf, type Shape, type Tensor } from '../tensor.js';
import { fillNormal, fillNormal64, SMALLEST_FILL } from './box-muller.js';
import { fusedMultiplyAdd } from './fused-multiply-add.js';
import { MersenneTwister } from './mersenne-twister.js';
import { seedToBigInt } from './seed.js';
import { stateSchema, type TorchGeneratorPosition, type TorchGeneratorState } from './torch-generator-state.js';

/** Ranges from here on are drawn from 64 bits, as a remainder of 32 bits would be skewed. */
const WIDE_RANGE = 2n ** 28n;
/** PyTorch permutes more items than this with another algorithm. */
const LARGEST_PERMUTATION = Math.floor(0xffffffff / 20);

/**
 * PyTorch's CPU generator: the same seed gives the numbers that `torch.manual_seed(seed)` gives. Uniform numbers,
 * integers, permutations and `randn` of fewer than 16 numbers are bit-equal; longer `randn`s are within 2e-6, which is
 * how far PyTorch's own code paths (AVX2 or not) differ among themselves.
 *
 * Sources: ATen/native/cpu/DistributionTemplates.h, ATen/core/TransformationHelper.h, ATen/core/DistributionsHelper.h of
 * PyTorch 2.13.
 */
export class TorchGenerator {
  private readonly engine: MersenneTwister;
  private cachedNormal: number | null = null;

  /** @param seed any integer; as in PyTorch only its low 32 bits count. */
  constructor(seed: number | bigint) {
    this.engine = new MersenneTwister(lowWord(seed));
  }

  /** Starts again: `torch.manual_seed`. */
  manualSeed(seed: number | bigint): this {
    this.engine.seed(lowWord(seed));
    this.cachedNormal = null;
    return this;
  }

  /** A generator that stands where another one of the same seed stood. */
  static at(seed: number | bigint, { drawn, cachedNormal }: TorchGeneratorPosition): TorchGenerator {
    const generator = new TorchGenerator(seed);
    generator.engine.skip(drawn);
    generator.cachedNormal = cachedNormal;
    return generator;
  }

  /** Where in the seed's sequence the generator stands. */
  get position(): TorchGeneratorPosition {
    return { drawn: this.engine.drawn, cachedNormal: this.cachedNormal };
  }

  /** Leaves out `count` 32-bit numbers. */
  skip(count: number): void {
    this.engine.skip(count);
  }

  /** 32 random bits: 0 … 2³²−1. */
  random32(): number {
    return this.engine.uint32();
  }

  /** 64 random bits: 0 … 2⁶⁴−1. The first draw is the upper half. */
  random64(): bigint {
    const upper = BigInt(this.engine.uint32());
    return (upper << 32n) | BigInt(this.engine.uint32());
  }

  /** `torch.rand`: uniform in [0, 1), multiples of 2⁻²⁴. */
  rand(shape: Shape): Tensor {
    const data = new Float32Array(sizeOf(shape));
    this.fillRand(data, 0);
    return { data, shape };
  }

  /** `torch.rand(n, dtype=torch.float64)`: uniform in [0, 1), multiples of 2⁻⁵³. */
  rand64(n: number): Float64Array {
    const data = new Float64Array(n);
    this.fillRand64(data, 0);
    return data;
  }

  /**
   * `torch.empty(shape).uniform_(lo, hi)`: uniform in [lo, hi).
   * @throws UngrainError `bad-range` if lo > hi
   */
  uniform(shape: Shape, lo: number, hi: number): Tensor {
    checkRange(lo <= hi, lo, hi);
    const low = Math.fround(lo);
    const high = Math.fround(hi);
    const range = Math.fround(high - low);
    const { data } = this.rand(shape);
    for (let i = 0; i < data.length; i++) {
      // A fused multiply-add: the product is exact in double precision, so the store is the only rounding that matters.
      data[i] = data[i]! * range + low;
      if (data[i] === high) data[i] = low;
    }
    return { data, shape };
  }

  /**
   * `torch.empty(n, dtype=torch.float64).uniform_(lo, hi)`.
   * @throws UngrainError `bad-range` if lo > hi
   */
  uniform64(n: number, lo: number, hi: number): Float64Array {
    checkRange(lo <= hi, lo, hi);
    const data = this.rand64(n);
    for (let i = 0; i < n; i++) {
      const value = fusedMultiplyAdd(data[i]!, hi - lo, lo);
      data[i] = value === hi ? lo : value;
    }
    return data;
  }

  /** `torch.randn`: normal with mean 0 and variance 1. */
  randn(shape: Shape): Tensor {
    return this.normal(shape, 0, 1);
  }

  /** `torch.randn(n, dtype=torch.float64)`. */
  randn64(n: number): Float64Array {
    const data = new Float64Array(n);
    if (n < SMALLEST_FILL) for (let i = 0; i < n; i++) data[i] = this.smallNormal();
    else fillNormal64(data, (from) => this.fillRand64(data, from));
    return data;
  }

  /** `torch.empty(shape).normal_(mean, std)`. */
  normal(shape: Shape, mean: number, std: number): Tensor {
    const data = new Float32Array(sizeOf(shape));
    if (data.length < SMALLEST_FILL)
      for (let i = 0; i < data.length; i++) data[i] = fusedMultiplyAdd(this.smallNormal(), std, mean);
    else fillNormal(data, mean, std, (from) => this.fillRand(data, from));
    return { data, shape };
  }

  /**
   * `torch.randint(low, high, (n,))`: integers of low … high − 1.
   * @throws UngrainError `bad-range` if there are none, or the bounds are no safe integers
   */
  randint(low: number, high: number, n: number): number[] {
    checkRange(Number.isSafeInteger(low) && Number.isSafeInteger(high) && low < high, low, high);
    const range = high - low;
    if (range < WIDE_RANGE) return Array.from({ length: n }, () => (this.engine.uint32() % range) + low);
    return Array.from(this.randint64(BigInt(low), BigInt(high), n), Number);
  }

  /**
   * `torch.randint` for any bounds of 64 bits.
   * @throws UngrainError `bad-range` if low ≥ high
   */
  randint64(low: bigint, high: bigint, n: number): BigInt64Array {
    checkRange(low < high, low, high);
    const range = high - low;
    const bits = range < WIDE_RANGE ? () => BigInt(this.engine.uint32()) : () => this.random64();
    return BigInt64Array.from({ length: n }, () => (bits() % range) + low);
  }

  /** `torch.empty(n, dtype=torch.int64).random_()`: 0 … 2⁶³−1. */
  randomInt64(n: number): BigInt64Array {
    return BigInt64Array.from({ length: n }, () => BigInt.asUintN(63, this.random64()));
  }

  /** `torch.bernoulli(probabilities)`: 1 with each element's probability, else 0. */
  bernoulli(probabilities: Tensor): Tensor {
    const { data, shape } = this.rand(probabilities.shape);
    for (let i = 0; i < data.length; i++) data[i] = data[i]! < probabilities.data[i]! ? 1 : 0;
    return { data, shape };
  }

  /**
   * `torch.randperm(n)`: 0 … n − 1 in random order.
   * @throws UngrainError `bad-range` beyond 214,748,364 items
   */
  permutation(n: number): Uint32Array {
    if (!(n >= 0 && n < LARGEST_PERMUTATION))
      throw new UngrainError('bad-range', `Permutations have 0 to ${LARGEST_PERMUTATION - 1} items, not ${n}.`);
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.engine.uint32() % (n - i));
      const item = order[i]!;
      order[i] = order[j]!;
      order[j] = item;
    }
    return order;
  }

  save(): TorchGeneratorState {
    return { engine: this.engine.save(), cachedNormal: this.cachedNormal };
  }

  /** @throws UngrainError `bad-state` */
  restore(state: unknown): void {
    const { engine, cachedNormal } = parseState(stateSchema, state, "PyTorch's generator");
    this.engine.restore(engine);
    this.cachedNormal = cachedNormal;
  }

  private fillRand(data: Float32Array, from: number): void {
    const { engine } = this;
    for (let i = from; i < data.length; i++) data[i] = (engine.uint32() & 0xffffff) * 2 ** -24;
  }

  private fillRand64(data: Float64Array, from: number): void {
    for (let i = from; i < data.length; i++) data[i] = this.uniformDouble();
  }

  /** The low 53 of 64 bits, as a fraction. */
  private uniformDouble(): number {
    const upper = this.engine.uint32() & 0x1fffff;
    return (upper * 2 ** 32 + this.engine.uint32()) * 2 ** -53;
  }

  /** One number of Box and Muller's pairs in double precision; the second of a pair waits for the next call. */
  private smallNormal(): number {
    if (this.cachedNormal !== null) {
      const sample = this.cachedNormal;
      this.cachedNormal = null;
      return sample;
    }
    const u1 = this.uniformDouble();
    const u2 = this.uniformDouble();
    const radius = Math.sqrt(-2 * Math.log1p(-u2));
    const theta = 2 * Math.PI * u1;
    this.cachedNormal = radius * Math.sin(theta);
    return radius * Math.cos(theta);
  }
}

/** What is left of a seed: its low 32 bits. */
const lowWord = (seed: number | bigint): number => Number(BigInt.asUintN(32, seedToBigInt(seed)));

function checkRange(holds: boolean, low: number | bigint, high: number | bigint): void {
  if (!holds) throw new UngrainError('bad-range', `There is nothing to draw from the range ${low} … ${high}.`);
}
