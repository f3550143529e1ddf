/** The factors of noise, data and fresh noise in a sum. */
type Sum = readonly [noise: number, data: number, fresh: number];

/** A path between a sample of noise x₀ and one of data x₁, of width σ: its points and their velocities. */
export interface ConditionalPath {
  /** x_t = noise·x₀ + data·x₁ + fresh·ε with ε ~ N(0, I). */
  point(t: number, sigma: number): Sum;
  /** u_t(x_t | x₀, x₁), which a model of the velocity learns. */
  velocity(t: number, sigma: number): Sum;
}

/** Keeps what is divided by σ² or t·(1 − t) finite where they are 0, as in the code of Tong et al. */
const GUARD = 1e-8;

/**
 * The conditional paths of flow matching: Tong et al. 2024, "Improving and Generalizing Flow-Based Generative Models with
 * Minibatch Optimal Transport", table 1. t runs from 0 (noise) to 1 (data).
 */
export const CONDITIONAL_PATHS = {
  /** Straight, of constant width; with pairs by optimal transport it is OT-CFM. Tong et al., section 3.2.1. */
  independent: {
    point: (t, sigma) => [1 - t, t, sigma],
    velocity: () => [-1, 1, 0],
  },
  /** From N(0, I), whatever x₀ is, to a width of σ round the data. Lipman et al. 2023, "Flow Matching", eq. 20 to 23. */
  target: {
    point: (t, sigma) => [0, t, 1 - (1 - sigma) * t],
    velocity: (_, sigma) => [0, 1, -(1 - sigma)],
  },
  /** Along a quarter of a circle. Albergo & Vanden-Eijnden 2023, "Stochastic Interpolants"; Tong et al., section 3.2.4. */
  'variance-preserving': {
    point: (t, sigma) => [Math.cos((Math.PI / 2) * t), Math.sin((Math.PI / 2) * t), sigma],
    velocity: (t) => [(-Math.PI / 2) * Math.sin((Math.PI / 2) * t), (Math.PI / 2) * Math.cos((Math.PI / 2) * t), 0],
  },
  /** Brownian bridges; with pairs by entropic transport of strength 2σ² a Schrödinger bridge. Tong et al., section 3.2.3. */
  'schrodinger-bridge': {
    point: (t, sigma) => [1 - t, t, bridgeWidth(t, sigma)],
    velocity: (t, sigma) => [-1, 1, ((1 - 2 * t) / (2 * t * (1 - t) + GUARD)) * bridgeWidth(t, sigma)],
  },
} as const satisfies Readonly<Record<string, ConditionalPath>>;

const bridgeWidth = (t: number, sigma: number): number => sigma * Math.sqrt(t * (1 - t));

/** λ(t) = 2·width/σ²: weighs the loss of the score so that it is of the order of one. Tong et al., section 4.2. */
export const scoreWeight = (path: ConditionalPath, t: number, sigma: number): number =>
  (2 * path.point(t, sigma)[2]) / (sigma ** 2 + GUARD);

/** Such a sum over arrays of one length, in double precision. */
export function sumOf(
  [a, b, c]: Sum,
  noise: ArrayLike<number>,
  data: ArrayLike<number>,
  fresh: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(data, (value, i) => a * noise[i]! + b * value + c * fresh[i]!);
}
