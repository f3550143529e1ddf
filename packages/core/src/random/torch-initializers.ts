import { full, sizeOf, type Shape, type Tensor } from '../tensor.js';
import type { TorchGenerator } from './torch-generator.js';
import { drawTruncatedNormal, type TruncatedNormalOptions } from './truncated-normal.js';

/** Draws a parameter's first value. Those below draw what PyTorch's functions of the same names (torch/nn/init.py) draw. */
export type Initializer = (generator: TorchGenerator, shape: Shape) => Tensor;

/** The same value everywhere; draws nothing. */
export const constantInitializer =
  (value: number): Initializer =>
  (_, shape) =>
    full(shape, value);

/** N(mean, std²); with the defaults the weight of an Embedding. */
export const normalInitializer =
  ({ mean = 0, std = 1 } = {}): Initializer =>
  (generator, shape) =>
    generator.normal(shape, mean, std);

/**
 * Uniform within ±√3·gain/√fanIn, gain = √(2/(1 + a²)): He et al., "Delving Deep into Rectifiers" (2015), for the slope
 * `a` of a leaky ReLU. The default a = √5, that is ±1/√fanIn, is how PyTorch's Linear and convolutions start.
 */
export const kaimingUniform =
  ({ a = Math.sqrt(5) } = {}): Initializer =>
  (generator, shape) =>
    uniformWithin(generator, shape, (Math.sqrt(3) * Math.sqrt(2 / (1 + a * a))) / Math.sqrt(fans(shape).in));

/** N(0, 2/((1 + a²)·fanIn)); with the default a = 0 for ReLU. */
export const kaimingNormal =
  ({ a = 0 } = {}): Initializer =>
  (generator, shape) =>
    generator.normal(shape, 0, Math.sqrt(2 / (1 + a * a)) / Math.sqrt(fans(shape).in));

/** Uniform with variance 2·gain²/(fanIn + fanOut): Glorot, Bengio (2010). */
export const xavierUniform =
  ({ gain = 1 } = {}): Initializer =>
  (generator, shape) =>
    uniformWithin(generator, shape, Math.sqrt(3) * xavierStd(shape, gain));

/** Normal with variance 2·gain²/(fanIn + fanOut). */
export const xavierNormal =
  ({ gain = 1 } = {}): Initializer =>
  (generator, shape) =>
    generator.normal(shape, 0, xavierStd(shape, gain));

/** N(mean, std²) within low … high; the defaults are N(0, 1) within ±2. */
export const truncatedNormal =
  ({ mean = 0, std = 1, low = -2, high = 2 }: Partial<TruncatedNormalOptions> = {}): Initializer =>
  (generator, shape) =>
    drawTruncatedNormal(generator, shape, { mean, std, low, high });

/** Uniform within ±1/√fanIn: the bias of PyTorch's Linear and convolutions, whose fan-in is that of the weight. */
export const uniformFan =
  (fanIn: number): Initializer =>
  (generator, shape) =>
    uniformWithin(generator, shape, fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0);

/** A value that PyTorch draws and then overwrites: the generator moves on as after `drawn`. */
export const overwritten =
  (drawn: Initializer, value: number): Initializer =>
  (generator, shape) => {
    drawn(generator, shape);
    return full(shape, value);
  };

/**
 * The numbers of inputs and outputs of one unit, as PyTorch counts them: `in` is the second dimension times the kernel,
 * `out` the first. So for transposed convolutions, whose weights are [in, out, …], the two are swapped.
 */
export function fans(shape: Shape): { readonly in: number; readonly out: number } {
  const kernel = sizeOf(shape.slice(2));
  return { in: (shape[1] ?? 1) * kernel, out: (shape[0] ?? 1) * kernel };
}

function xavierStd(shape: Shape, gain: number): number {
  const fan = fans(shape);
  return gain * Math.sqrt(2 / (fan.in + fan.out));
}

const uniformWithin = (generator: TorchGenerator, shape: Shape, bound: number): Tensor =>
  generator.uniform(shape, -bound, bound);
