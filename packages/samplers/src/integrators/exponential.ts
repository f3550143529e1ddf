import { linear, type NoiseLevel, type Tensor } from '@ungrain/core';
import { halfLogSnr } from './half-log-snr.js';
import { lagrangeWeights } from './lagrange.js';
import { phiFunctions } from './phi.js';

/** What is taken for smooth in λ and interpolated: the estimate of the data (DPM-Solver++) or of the noise (DPM-Solver). */
export type Predicted = 'data' | 'noise';

/** What the model said at a level: the data or the noise. */
export interface Estimate {
  readonly level: NoiseLevel;
  readonly value: Tensor;
}

/**
 * Diffusion's reverse process from one level to another, solved but for the estimates m(λ). With λ = log(α/σ) from λ₀ to
 * λ₀ + h, u = λ − λ₀ and ξ normal noise:
 *
 *   x' = keep·x + pull·∫₀ʰ e^{rate·(u − h)}·m(λ₀ + u) du + fresh·ξ
 */
export interface Equation {
  readonly h: number;
  readonly keep: number;
  readonly pull: number;
  readonly rate: number;
  readonly fresh: number;
}

type Solve = (from: NoiseLevel, to: NoiseLevel, h: number, eta: number) => Omit<Equation, 'h'>;

const EQUATIONS: Readonly<Record<Predicted, Solve>> = {
  data: (from, to, h, eta) => ({
    keep: (to.sigma / from.sigma) * Math.exp(-eta * h),
    pull: (1 + eta) * to.alpha,
    rate: 1 + eta,
    fresh: to.sigma * Math.sqrt(-Math.expm1(-2 * eta * h)),
  }),
  noise: (from, to, h, eta) => ({
    keep: to.alpha / from.alpha,
    pull: -(1 + eta) * to.sigma,
    rate: -1,
    fresh: to.sigma * Math.sqrt(eta * Math.expm1(2 * h)),
  }),
};

/**
 * The equation of a step. η = 0 is the ODE: Lu et al. 2022, "DPM-Solver", proposition 3.1 (noise) and "DPM-Solver++",
 * proposition 4.1 (data). η > 0 is the reverse SDE with η times its noise, τ² in Xue et al. 2023, "SA-Solver"; a step
 * upwards adds none. `h` is infinite at clean data and at pure noise, where `holdEstimate` steps instead.
 */
export function equationOf(predicted: Predicted, from: NoiseLevel, to: NoiseLevel, eta: number): Equation {
  const h = halfLogSnr(to) - halfLogSnr(from);
  return { h, ...EQUATIONS[predicted](from, to, h, h > 0 ? eta : 0) };
}

/** How the moments ∫ e^{rate·(u − h)}·u^k du are taken that weigh the estimates; `exact` is as they are. */
export interface MomentRule {
  /**
   * The first one, where two estimates are interpolated. All of these are of order 2:
   * - `midpoint`: h/2 times the zeroth (DPM-Solver++, algorithm 2). It is B₂(h) of UniPC
   * - `plain`: h²/2. It is B₁(h) of UniPC, and what SA-Solver does
   */
  readonly ofTwo: 'exact' | 'midpoint' | 'plain';
  /**
   * The second one, where three are. Two slips of code that is in use, for results that have to be the same:
   * - `halved`: half of it. So it is in the code of DPM-Solver's authors, in diffusers and in k-diffusion, although the
   *   Taylor series has all of it; it makes a method of order 3 one of order 2
   * - `slipped`: that, less h²/rate. So it is in diffusers for SDEs, where the sign of a ½ is wrong; it makes it one of
   *   order 1
   */
  readonly ofThree: 'exact' | 'halved' | 'slipped';
}

export const EXACT: MomentRule = { ofTwo: 'exact', ofThree: 'exact' };

type Moments = readonly number[];

const OF_TWO: Readonly<Record<MomentRule['ofTwo'], (moments: Moments, h: number) => number>> = {
  exact: ([, first]) => first!,
  midpoint: ([zeroth], h) => (h * zeroth!) / 2,
  plain: (_, h) => h ** 2 / 2,
};

const OF_THREE: Readonly<Record<MomentRule['ofThree'], (second: number, h: number, rate: number) => number>> = {
  exact: (second) => second,
  halved: (second) => second / 2,
  slipped: (second, h, rate) => second / 2 - h ** 2 / rate,
};

function applyRule({ ofTwo, ofThree }: MomentRule, moments: Moments, { h, rate }: Equation): Moments {
  if (moments.length === 2) return moments.with(1, OF_TWO[ofTwo](moments, h));
  return moments.length === 3 ? moments.with(2, OF_THREE[ofThree](moments[2]!, h, rate)) : moments;
}

/**
 * The weights of estimates in x', interpolated by a polynomial in λ: pull·∫₀ʰ e^{rate·(u − h)}·m(λ₀ + u) du = Σ wᵢ·mᵢ.
 *
 * @param levels those of the estimates; their λ are finite and all different
 * @param start the level at which λ is λ₀
 */
export function estimateWeights(
  equation: Equation,
  levels: readonly NoiseLevel[],
  start: NoiseLevel,
  rule: MomentRule = EXACT,
): readonly number[] {
  const moments = applyRule(rule, exponentialMoments(levels.length, equation.h, equation.rate), equation);
  const origin = halfLogSnr(start);
  const nodes = levels.map((level) => halfLogSnr(level) - origin);
  return lagrangeWeights(nodes, moments).map((weight) => equation.pull * weight);
}

/** ∫₀ʰ e^{rate·(u − h)}·u^k du = k!·h^{k+1}·φ_{k+1}(−rate·h) for k = 0 … count − 1. */
export function exponentialMoments(count: number, h: number, rate: number): readonly number[] {
  const [, ...phis] = phiFunctions(count, -rate * h);
  let scale = h; // k!·h^{k+1}
  return phis.map((phi, k) => {
    if (k > 0) scale *= k * h;
    return scale * phi;
  });
}

/**
 * A step of the ODE by estimates at levels on the way.
 * @param more added to the result: fresh noise, say
 */
export function exponentialStep(
  predicted: Predicted,
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  estimates: readonly Estimate[],
  rule: MomentRule = EXACT,
  ...more: readonly (readonly [weight: number, x: Tensor])[]
): Tensor {
  const equation = equationOf(predicted, from, to, 0);
  const levels = estimates.map(({ level }) => level);
  const weights = estimateWeights(equation, levels, from, rule);
  return linear([equation.keep, x], ...estimates.map(({ value }, i) => [weights[i]!, value] as const), ...more);
}
