import {
  parseState,
  tensorSchema,
  type NoiseLevel,
  type Sampler,
  type State,
  type StepContext,
  type StepResult,
  type Tensor,
} from '@ungrain/core';
import { z } from 'zod';
import { EMBEDDED_TABLEAUS } from '../integrators/embedded-tableaus.js';
import { goalOf } from '../integrators/ends.js';
import {
  advance,
  levelAtPlace,
  normOf,
  placeOf,
  rungeKuttaStep,
  slopeOf,
  stageLevels,
} from '../integrators/runge-kutta.js';
import { checkSteps, maxSteps, tolerance } from '../integrators/step-limit.js';
import { firstStep, stepFactor, trialStep, weightedNorm } from '../integrators/step-size.js';
import type { EmbeddedTableau } from '../integrators/tableau.js';

const options = z.strictObject({
  method: z
    .enum(Object.keys(EMBEDDED_TABLEAUS) as [keyof typeof EMBEDDED_TABLEAUS])
    .default('dopri5')
    .describe(
      'dopri5 (Dormand and Prince, order 5), dopri8, bosh3 (Bogacki and Shampine), adaptive-heun or fehlberg2.',
    ),
  rtol: tolerance(1e-3).describe(
    'The error of a step that is tolerated, in the mean over all samples of a run, as a part of the state.',
  ),
  atol: tolerance(1e-3).describe('The error of a step that is tolerated whatever the state.'),
  maxSteps,
});
type Options = z.output<typeof options>;

/** What is remembered from step to step. */
interface Progress {
  /** The size of the next step on the straight path; `null` before the first. */
  readonly h: number | null;
  /** dy/ds and the data where the last step ended, if the method gives them and the run's step goes on. */
  readonly first: { readonly slope: Tensor; readonly data: Tensor } | null;
  readonly steps: number;
}

const progressSchema: z.ZodType<Progress> = z.strictObject({
  h: z.number().nullable(),
  first: z.strictObject({ slope: tensorSchema, data: tensorSchema }).nullable(),
  steps: z.int(),
});

/** What is left of a step, as a part of the straight path, where it counts as done. */
const CLOSE = 1e-9;

/**
 * Runge–Kutta methods that measure their error and take steps of whatever size keeps it within its tolerance, between the
 * levels of the run; two levels are enough. They run on the straight path of flow matching, whose last thousandth, or what
 * of it lies beyond a schedule, is one Euler step. The error is the root mean
 * square over all samples of a run, which share their steps.
 * Hairer, Nørsett & Wanner 1993, "Solving Ordinary Differential Equations I", section II.4.
 */
export const adaptiveRungeKuttaSampler: Sampler<Options> = {
  name: 'adaptive-runge-kutta',
  summary: 'Dormand–Prince (dopri5) and others with adaptive steps, as many as the tolerances want.',
  options,
  uses: 'data',
  sharesSteps: true,
  async step(x, from, to, state, run) {
    const { schedule, options } = run;
    const tableau: EmbeddedTableau = EMBEDDED_TABLEAUS[options.method];
    const known = readProgress(state);
    const first = known.first ?? (await look(x, from, run));
    const start = placeOf(from);
    const sign = Math.sign(placeOf(to) - start);
    const goal = goalOf(to, schedule);
    const left = sign * (placeOf(goal) - start);
    const euler = (): StepResult => ({
      x: advance(x, from, to, placeOf(to) - start, [1], [first.slope]),
      data: first.data,
      state: saveProgress({ ...known, first: null }),
    });
    if (left < CLOSE) return euler();

    let h = known.h ?? (await sizeOfFirst(tableau, x, from, sign, first.slope, run));
    for (let steps = known.steps + 1; ; steps++) {
      checkSteps(steps, options.maxSteps, from, 'adaptive-runge-kutta');
      const level = h < left - CLOSE ? levelAtPlace(schedule, start + sign * h) : goal;
      const levels = stageLevels(tableau, from, level, schedule);
      const taken = Math.abs(placeOf(level) - start);
      const tried = await rungeKuttaStep(tableau, x, level, levels, first, run);
      const after = { x: tried.x, norm: normOf(level) };
      const error = taken * weightedNorm(tableau.error, tried.slopes, options, { x, norm: normOf(from) }, after);
      const next = taken * stepFactor(error, tableau);
      h = error <= 1 ? Math.max(h, next) : next; // the last step before a level may be short for that alone
      if (!(error <= 1)) continue;
      const last = endsWithSlope(tableau) && level !== to ? { slope: tried.slopes.at(-1)!, data: tried.data } : null;
      return { x: tried.x, data: tried.data, state: saveProgress({ h, first: last, steps }), reached: level };
    }
  },
};

type Run = StepContext<Options>;

/** The slope where a step begins. */
async function look(x: Tensor, from: NoiseLevel, run: Run): Promise<NonNullable<Progress['first']>> {
  const estimate = await run.denoise(x, from);
  return { slope: slopeOf(x, from, estimate), data: estimate.data };
}

/** From the slope and how it changes over a small trial step, one model call. */
async function sizeOfFirst(
  tableau: EmbeddedTableau,
  x: Tensor,
  from: NoiseLevel,
  sign: number,
  slope: Tensor,
  run: Run,
): Promise<number> {
  const before = { x, norm: normOf(from) };
  const norm = (weights: readonly number[], slopes: readonly Tensor[]): number =>
    weightedNorm(weights, slopes, run.options, before);
  const steepness = norm([1], [slope]);
  const trial = trialStep(norm([1 / before.norm], [x]), steepness);
  const level = levelAtPlace(run.schedule, placeOf(from) + sign * trial);
  const there = advance(x, from, level, sign * trial, [1], [slope]);
  const { slope: second } = await look(there, level, run);
  return firstStep(trial, steepness, norm([1, -1], [second, slope]), tableau);
}

/** Is the last stage made at the end of the step with its result, so that its slope is the first of the next step? */
function endsWithSlope({ a, b }: EmbeddedTableau): boolean {
  const last = a.at(-1)!;
  return b.at(-1) === 0 && last.length === b.length - 1 && last.every((weight, i) => weight === b[i]);
}

const readProgress = (state: State): Progress =>
  state === null
    ? { h: null, first: null, steps: 0 }
    : parseState(progressSchema, state, "Sampler 'adaptive-runge-kutta'");

const saveProgress = ({ h, first, steps }: Progress): State => ({ h, first: first && { ...first }, steps });
