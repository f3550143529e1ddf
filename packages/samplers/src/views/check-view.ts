import {
  full,
  linear,
  map,
  MersenneTwister,
  sizeOf,
  subtract,
  TorchGenerator,
  type Shape,
  type Tensor,
  type ViewTransform,
} from '@ungrain/core';

/** What a view does to noise, in numbers. */
export interface ViewReport {
  /** Does it keep independent standard normal noise independent and standard normal, and come back? */
  readonly works: boolean;
  /**
   * - `permutation`: every value of the image appears once, with its sign or the other
   * - `orthogonal`: its matrix is, but pixels are mixed
   * - `filter`: the model sees the image as it is, and a part of its estimate is kept
   * - `other`: none of these
   */
  readonly kind: 'permutation' | 'orthogonal' | 'filter' | 'other';
  /** Why it works, or why it cannot: one sentence. */
  readonly reason: string;
  /** |V(α·x + σ·n) − α·V(x) − σ·V(n)|, at most, for α = 0.6 and σ = 0.8: 0 if it commutes with the noise level. */
  readonly linearity: number;
  /** |⟨V(m), V(n)⟩ − ⟨m, n⟩| of noises, at most, as a share of ⟨n, n⟩: 0 just if its matrix A is orthogonal, A·Aᵀ = I. */
  readonly orthogonality: number;
  /** The variance that a place has in the view where the noise has 1: Σⱼ A²ᵢⱼ, from probes. */
  readonly variance: { readonly lowest: number; readonly mean: number; readonly highest: number };
  /** |V⁻¹(V(x)) − x|, at most: 0 if its way back undoes it, as that of a filter does not. */
  readonly inverse: number;
}

const ROUNDING = 1e-4;
const [ALPHA, SIGMA] = [0.6, 0.8];
/** How many vectors of random signs the variance is estimated from, and in batches of how many. */
const PROBES = 256;
const BATCH = 16;

/**
 * Tells from numbers whether a model can be shown images in a view: a linear transform V(x) = A·x takes
 * α·data + σ·noise to α·V(data) + σ·V(noise), and V(noise) is again N(0, I) just if A·Aᵀ = I.
 * Geng et al. 2024, "Visual Anagrams: Generating Multi-View Optical Illusions with Diffusion Models", section 3.3.
 *
 * @param shape of a sample, [channels, height, width]
 */
export function checkView(view: ViewTransform, shape: Shape): ViewReport {
  const generator = new TorchGenerator(0);
  const draw = (): Tensor => generator.randn([1, ...shape]);
  const [data, noise] = [draw(), draw()];
  const [seenData, seenNoise] = [view.forward(data), view.forward(noise)];
  const mixed = view.forward(linear([ALPHA, data], [SIGMA, noise]));
  const size = dot(noise, noise);
  const deviations = [
    dot(seenNoise, seenNoise) - size,
    dot(seenData, seenData) - dot(data, data),
    dot(seenData, seenNoise) - dot(data, noise),
  ];
  const found: Measured = {
    linearity: largest(subtract(mixed, linear([ALPHA, seenData], [SIGMA, seenNoise]))),
    orthogonality: Math.max(...deviations.map((deviation) => Math.abs(deviation) / size)),
    variance: spread(variances(view, shape)),
    inverse: largest(subtract(view.inverse(seenData), data)),
    sees: largest(subtract(seenData, data)) === 0,
    rearranges: rearranged(data, seenData),
    keptVariance: view.inverseVariance(full([1, ...shape], 1)),
  };
  const failure = FAILURES.find(({ applies }) => applies(found));
  const kind = failure ? 'other' : kindOf(found);
  const { linearity, orthogonality, variance, inverse } = found;
  return {
    works: !failure,
    kind,
    reason: failure ? failure.reason(found) : REASONS[kind],
    linearity,
    orthogonality,
    variance,
    inverse,
  };
}

function kindOf({ sees, inverse, rearranges }: Measured): ViewReport['kind'] {
  if (sees && inverse > ROUNDING) return 'filter';
  return rearranges ? 'permutation' : 'orthogonal';
}

interface Measured extends Pick<ViewReport, 'linearity' | 'orthogonality' | 'variance' | 'inverse'> {
  /** Is the image seen as it is? */
  readonly sees: boolean;
  readonly rearranges: boolean;
  /** What becomes of a variance of 1. */
  readonly keptVariance: Tensor;
}

const digits = (x: number): string => String(Number(x.toPrecision(3)));

const REASONS: Readonly<Record<ViewReport['kind'], string>> = {
  permutation: 'Each value of the image appears once, with its sign or the other, so noise stays what it is.',
  orthogonal: 'Its matrix is orthogonal, so noise stays independent, with a variance of 1.',
  filter:
    'The model sees the image as it is, and a part of its estimate is kept: one of several that make up the whole.',
  other: '',
};

/** What can be wrong, the most telling first. */
const FAILURES: readonly {
  readonly applies: (found: Measured) => boolean;
  readonly reason: (found: Measured) => string;
}[] = [
  {
    applies: ({ linearity, orthogonality, inverse }) => ![linearity, orthogonality, inverse].every(Number.isFinite),
    reason: () => 'It gives values that are no numbers.',
  },
  {
    applies: ({ linearity }) => linearity > ROUNDING,
    reason: ({ linearity }) =>
      `It does not commute with the noise level: V(α·data + σ·noise) is off α·V(data) + σ·V(noise) by ` +
      `${digits(linearity)}, so the model would see another mixture than it is told.`,
  },
  {
    applies: ({ variance: { lowest, highest } }) =>
      Math.max(Math.abs(lowest - 1), Math.abs(highest - 1)) > ROUNDING && highest - lowest < ROUNDING,
    reason: ({ variance: { mean } }) =>
      `Noise comes out with a variance of ${digits(mean)} everywhere, and the model expects 1.`,
  },
  {
    applies: ({ orthogonality, variance: { mean } }) => orthogonality > ROUNDING && mean < 1 - ROUNDING,
    reason: ({ variance: { lowest, mean } }) =>
      `The variance of the noise falls where pixels are averaged or come from nowhere: from 1 to ${digits(mean)} on average and ` +
      `${digits(lowest)} at worst, and neighbours become alike.`,
  },
  {
    applies: ({ orthogonality }) => orthogonality > ROUNDING,
    reason: () => 'Noise does not stay independent: some of it is seen in several places, and some in none.',
  },
  {
    applies: ({ sees, inverse }) => !sees && inverse > ROUNDING,
    reason: ({ inverse }) => `Its way back does not undo it: an image comes back off by ${digits(inverse)}.`,
  },
  {
    applies: ({ keptVariance }) => largest(map(keptVariance, (value) => value - 1)) > ROUNDING,
    reason: ({ keptVariance }) =>
      `A variance of 1 comes back as ${digits(keptVariance.data.find((value) => Math.abs(value - 1) > ROUNDING)!)}.`,
  },
];

/** Exactly: are these the same numbers, in another order or with another sign? */
function rearranged(x: Tensor, seen: Tensor): boolean {
  const [given, found] = [x, seen].map(({ data }) => data.map(Math.abs).sort());
  return given!.every((value, i) => value === found![i]);
}

/** Σⱼ A²ᵢⱼ is the mean of (A·v)²ᵢ over vectors v of random signs (Bekas et al. 2007); for permutations each is exactly 1. */
function variances(view: ViewTransform, shape: Shape): Float64Array {
  const bits = new MersenneTwister(0);
  const size = sizeOf(shape);
  const sums = new Float64Array(size);
  const signs = new Float32Array(BATCH * size);
  for (let done = 0; done < PROBES; done += BATCH) {
    for (let i = 0; i < signs.length; i++) signs[i] = (bits.uint32() & 1) === 0 ? 1 : -1;
    const { data } = view.forward({ data: signs, shape: [BATCH, ...shape] });
    for (let i = 0; i < data.length; i++) sums[i % size]! += data[i]! ** 2 / PROBES;
  }
  return sums;
}

function spread(values: Float64Array): ViewReport['variance'] {
  let [lowest, highest, sum] = [Infinity, -Infinity, 0];
  for (const value of values) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
    sum += value;
  }
  return { lowest, mean: sum / values.length, highest };
}

const largest = ({ data }: Tensor): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

const dot = (a: Tensor, b: Tensor): number => a.data.reduce((sum, value, i) => sum + value * b.data[i]!, 0);
