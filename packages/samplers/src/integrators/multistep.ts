import { linear, type NoiseLevel, type State, type StepContext, type StepResult, type Tensor } from '@ungrain/core';
import { firstDraw } from '../samplers/fresh-noise.js';
import { holdThrough } from '../samplers/hold-estimate.js';
import { impliedNoise } from '../samplers/implied-noise.js';
import {
  equationOf,
  estimateWeights,
  type Equation,
  type Estimate,
  type MomentRule,
  type Predicted,
} from './exponential.js';
import { readHistory, remember, saveHistory, type History } from './history.js';

/** One step of an exponential Adams method: which it is, and how far it looks back. */
export interface Multistep {
  /** For messages. */
  readonly sampler: string;
  readonly predicted: Predicted;
  /** How many estimates are interpolated, the new one among them; fewer where there are not as many yet. */
  readonly order: number;
  readonly rule: MomentRule;
  /** See `equationOf`. */
  readonly eta: number;
  /** Of the fresh noise; 1 is that of the SDE. */
  readonly noiseScale: number;
  readonly corrector?: Corrector | undefined;
  /** How many estimates are kept for the steps to come. */
  readonly memory: number;
}

/** How the step before is corrected, now that there is an estimate at its end. */
export interface Corrector {
  /** How many estimates are interpolated, the new one among them; fewer where there are not as many. */
  readonly order: number;
  /** That of the step before. */
  readonly eta: number;
}

/**
 * Takes the step x' = keep·x + Σ wᵢ·mᵢ + fresh·ξ, where a polynomial in λ goes through the estimates mᵢ of this step and
 * of those before it (Adams–Bashforth). A corrector first takes the step before again, through the new estimate as well
 * (Adams–Moulton): both results differ in the weights of the estimates alone, so that x itself need not be remembered,
 * and what a guidance did to it stays.
 */
export async function multistep<O>(
  x: Tensor,
  from: NoiseLevel,
  to: NoiseLevel,
  state: State,
  run: StepContext<O>,
  method: Multistep,
): Promise<StepResult> {
  const estimate = await run.denoise(x, from);
  const history = readHistory(state, method.sampler);
  const newest: Estimate = {
    level: from,
    value: method.predicted === 'data' ? estimate.data : impliedNoise(x, from, estimate),
  };
  const estimates = remember(history.estimates, newest, method.memory);
  const equation = equationOf(method.predicted, from, to, method.eta);
  if (!Number.isFinite(equation.h)) {
    const next = holdThrough(x, from, to, estimate, method, run);
    return { x: next, data: estimate.data, state: saveHistory({ estimates, order: 0 }) };
  }
  const used = estimates.slice(0, method.order);
  const weights = new Map<Tensor, number>();
  const add = ({ value }: Estimate, weight: number): void =>
    void weights.set(value, (weights.get(value) ?? 0) + weight);
  addWeights(equation, used, from, method.rule, add);
  if (method.corrector)
    addCorrection(history, newest, method, method.corrector, (of, weight) => add(of, equation.keep * weight));

  const terms = [...weights].map(([value, weight]) => [weight, value] as const);
  if (equation.fresh > 0) terms.push([equation.fresh * method.noiseScale, firstDraw(run, x.shape)]);
  return {
    x: linear([equation.keep, x], ...terms),
    data: estimate.data,
    state: saveHistory({ estimates, order: used.length }),
  };
}

type Add = (estimate: Estimate, weight: number) => void;

function addWeights(
  equation: Equation,
  estimates: readonly Estimate[],
  start: NoiseLevel,
  rule: MomentRule,
  add: Add,
): void {
  const levels = estimates.map(({ level }) => level);
  estimateWeights(equation, levels, start, rule).forEach((weight, i) => add(estimates[i]!, weight));
}

/** The step before, taken again with the new estimate, less as it was taken. */
function addCorrection(
  { estimates, order }: History,
  newest: Estimate,
  { predicted, rule }: Multistep,
  corrector: Corrector,
  add: Add,
): void {
  const start = estimates[0]?.level;
  if (!start || order === 0) return;
  const equation = equationOf(predicted, start, newest.level, corrector.eta);
  if (!Number.isFinite(equation.h)) return;
  addWeights(equation, [newest, ...estimates].slice(0, corrector.order), start, rule, add);
  addWeights(equation, estimates.slice(0, order), start, rule, (of, weight) => add(of, -weight));
}
