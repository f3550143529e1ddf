import type { Shape, Tensor } from '../tensor.js';
import type { TorchGenerator } from './torch-generator.js';

export interface TruncatedNormalOptions {
  readonly mean: number;
  readonly std: number;
  /** The interval that values stay in, in their own units (not in standard deviations). */
  readonly low: number;
  readonly high: number;
}

/**
 * `torch.nn.init.trunc_normal_` as of PyTorch 2.13, which draws until all values are accepted: from the normal
 * distribution where more than 30 % of it lie within the interval, else from a uniform one. Each round draws a whole
 * tensor, of which only the values still missing are used.
 */
export function drawTruncatedNormal(generator: TorchGenerator, shape: Shape, options: TruncatedNormalOptions): Tensor {
  const { mean, std, low, high } = options;
  const share = normalCdf((high - mean) / std) - normalCdf((low - mean) / std);
  return share > 0.3 ? rejectFromNormal(generator, shape, options) : rejectFromUniform(generator, shape, options);
}

function rejectFromNormal(
  generator: TorchGenerator,
  shape: Shape,
  { mean, std, low, high }: TruncatedNormalOptions,
): Tensor {
  const least = Math.fround(low);
  const most = Math.fround(high);
  const result = generator.normal(shape, mean, std);
  const outside = (x: number) => x < least || x > most;
  while (result.data.some(outside)) {
    const candidates = generator.normal(shape, mean, std).data;
    for (let i = 0; i < candidates.length; i++) if (outside(result.data[i]!)) result.data[i] = candidates[i]!;
  }
  return result;
}

/** A candidate is accepted with probability density(candidate) / density(mode), compared as logarithms. */
function rejectFromUniform(
  generator: TorchGenerator,
  shape: Shape,
  { mean, std, low, high }: TruncatedNormalOptions,
): Tensor {
  const mode = Math.max(low, Math.min(mean, high));
  const logPeak = Math.fround(-0.5 * ((mode - mean) / std) ** 2);
  const logDensity = (x: number) => {
    const z = Math.fround(Math.fround(x - Math.fround(mean)) / Math.fround(std));
    return Math.fround(Math.fround(Math.fround(z * z) * -0.5) - logPeak);
  };
  const result = generator.uniform(shape, low, high);
  const pending = new Uint8Array(result.data.length).fill(1);
  let candidates = result.data;
  for (;;) {
    const accept = generator.rand(shape).data;
    for (let i = 0; i < pending.length; i++) {
      if (!pending[i]) continue;
      result.data[i] = candidates[i]!;
      if (!(Math.fround(Math.log(accept[i]!)) > logDensity(candidates[i]!))) pending[i] = 0;
    }
    if (!pending.includes(1)) return result;
    candidates = generator.uniform(shape, low, high).data;
  }
}

/** Φ(x), the share of the standard normal distribution below x. */
const normalCdf = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

/** erf x = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (1·3·…·(2n+1)): all terms have one sign, so nothing cancels. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
