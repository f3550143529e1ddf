import { linear, type Denoised, type NoiseLevel, type Schedule, type StepContext, type Tensor } from '@ungrain/core';
import { levelOfRatio } from '../schedules/level-of-ratio.js';
import { nodesOf, type Tableau } from './tableau.js';

/**
 * Runge–Kutta methods run on the straight path of flow matching: there y = x/(α + σ) = s·data + (1 − s)·noise with the
 * place s = α/(α + σ), and dy/ds = data − noise. For a flow y is x and s its time; to diffusion it gives a path without
 * infinities.
 */
export const placeOf = ({ alpha, sigma }: NoiseLevel): number => alpha / (alpha + sigma);

export const normOf = ({ alpha, sigma }: NoiseLevel): number => alpha + sigma;

/** The level of a schedule at a place on the path, above 0. */
export const levelAtPlace = (schedule: Schedule, place: number): NoiseLevel =>
  levelOfRatio(schedule, (1 - place) / place);

/** dy/ds = data − noise, with the noise that x and the data imply. */
export function slopeOf(x: Tensor, { alpha, sigma }: NoiseLevel, { data, noise }: Denoised): Tensor {
  return sigma > 0 ? linear([1 + alpha / sigma, data], [-1 / sigma, x]) : linear([1, data], [-1, noise]);
}

/** y + h·Σ wᵢ·kᵢ, as x at its own level. */
export function advance(
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  h: number,
  weights: readonly number[],
  slopes: readonly Tensor[],
): Tensor {
  const norm = normOf(to);
  const terms = weights.flatMap((weight, i) => (weight === 0 ? [] : [[norm * h * weight, slopes[i]!] as const]));
  return linear([norm / normOf(from), x], ...terms);
}

/** How far from 1 the node of a stage at the end of the step may be, by rounding. */
const ROUNDING = 1e-12;

const isEnd = (node: number): boolean => Math.abs(node - 1) < ROUNDING;

/** Does a method look at the end of the step? */
export const looksAtEnd = (tableau: Tableau): boolean => nodesOf(tableau).some(isEnd);

/** The levels of a step's stages. */
export function stageLevels(
  tableau: Tableau,
  from: NoiseLevel,
  to: NoiseLevel,
  schedule: Schedule,
): readonly NoiseLevel[] {
  const [start, h] = [placeOf(from), placeOf(to) - placeOf(from)];
  return nodesOf(tableau).map((node, i) => {
    if (i === 0) return from;
    return isEnd(node) ? to : levelAtPlace(schedule, start + node * h);
  });
}

/** A step by a tableau. */
export interface Step {
  readonly x: Tensor;
  /** dy/ds of each stage. */
  readonly slopes: readonly Tensor[];
  /** The last estimate of the data. */
  readonly data: Tensor;
}

/**
 * @param levels those of the stages
 * @param first what is known of the first stage
 */
export async function rungeKuttaStep(
  tableau: Tableau,
  x: Tensor,
  to: NoiseLevel,
  levels: readonly NoiseLevel[],
  first: { readonly slope: Tensor; readonly data: Tensor },
  run: Pick<StepContext<unknown>, 'denoise'>,
): Promise<Step> {
  const from = levels[0]!;
  const h = placeOf(to) - placeOf(from);
  const slopes = [first.slope];
  let { data } = first;
  for (const [i, level] of levels.entries()) {
    if (i === 0) continue;
    const stage = advance(x, from, level, h, tableau.a[i]!, slopes);
    const estimate = await run.denoise(stage, level);
    slopes.push(slopeOf(stage, level, estimate));
    ({ data } = estimate);
  }
  return { x: advance(x, from, to, h, tableau.b, slopes), slopes, data };
}
