import {
  levelSchema,
  linear,
  parseState,
  tensorSchema,
  type NoiseLevel,
  type Sampler,
  type State,
  type StepResult,
  type Tensor,
} from '@ungrain/core';
import { z } from 'zod';
import { dpmStep } from '../integrators/dpm-step.js';
import { firstWithData, goalOf } from '../integrators/ends.js';
import { halfLogSnr, levelAt } from '../integrators/half-log-snr.js';
import { pidFactor } from '../integrators/pid-controller.js';
import { checkSteps, maxSteps, tolerance } from '../integrators/step-limit.js';
import { ancestralSplit } from './ancestral-split.js';
import { eta, noiseScale } from './fresh-noise.js';
import { holdEstimate } from './hold-estimate.js';

const options = z.strictObject({
  order: z.int().min(2).max(3).default(3).describe('DPM-Solver-12 or -23.'),
  rtol: tolerance(0.05).describe(
    'The error of a step that is tolerated, in the mean over all samples of a run, as a part of the state.',
  ),
  atol: tolerance(0.0078).describe('The error of a step that is tolerated whatever the state.'),
  firstStep: z.number().min(1e-6).max(10).default(0.05).describe('The size of the first step, in λ = log(α/σ).'),
  p: z.number().min(0).max(1).default(0).describe("The step size controller's weight of the error before."),
  i: z.number().min(0).max(1).default(1).describe("The step size controller's weight of the error."),
  d: z.number().min(0).max(1).default(0).describe("The step size controller's weight of the error's change."),
  acceptSafety: z
    .number()
    .min(0)
    .max(1)
    .default(0.81)
    .describe('A step is taken again if the next one would have to be smaller by more than this factor.'),
  eta: eta(0),
  noiseScale,
  maxSteps,
});
type Options = z.output<typeof options>;

/** What is remembered from step to step. */
interface Progress {
  /** The size of the next step in λ. */
  readonly h: number;
  readonly errors: readonly [number, number, number] | null;
  /** The less exact result of the last step, which says how large x is, and its level. */
  readonly before: { readonly x: Tensor; readonly level: NoiseLevel } | null;
  /** Of the run, so far. */
  readonly steps: number;
  /** Of noise, in this step of the run. */
  readonly draws: number;
}

const progressSchema: z.ZodType<Progress> = z.strictObject({
  h: z.number(),
  errors: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  before: z.strictObject({ x: tensorSchema, level: levelSchema }).nullable(),
  steps: z.int(),
  draws: z.int(),
});

/** What is left of a step in λ where it counts as done. */
const CLOSE = 1e-5;

/**
 * DPM-Solver-12 and -23 with steps of whatever size keeps the error within its tolerance, between the levels of the run;
 * two levels are enough. Where λ is infinite, at pure noise and at clean data, the first and the last thousandth of the way
 * is one Euler step. The error is the root mean square over all samples of a run, which share their steps.
 * Lu et al. 2022, "DPM-Solver", appendix on adaptive step sizes, with k-diffusion's controller.
 */
export const dpmAdaptiveSampler: Sampler<Options> = {
  name: 'dpm-adaptive',
  summary: 'DPM-Solver-12 and -23 with adaptive steps, as many as the tolerances want; two levels are enough.',
  options,
  uses: 'data',
  sharesSteps: true,
  async step(x, from, to, state, run) {
    const { order, p, i, d, acceptSafety, eta, noiseScale } = run.options;
    const first = await run.denoise(x, from);
    let progress = readProgress(state, run.options);
    const hold = (at: NoiseLevel): StepResult => ({
      x: holdEstimate(x, from, at, first),
      data: first.data,
      state: saveProgress({ ...progress, draws: 0 }),
      reached: at,
    });
    const goal = goalOf(to, run.schedule);
    const [start, end] = [halfLogSnr(from), halfLogSnr(goal)];
    if (start === -Infinity) {
      const entry = firstWithData(run.schedule);
      return hold(halfLogSnr(entry) < end ? entry : to);
    }
    if (!Number.isFinite(end - start) || start === end || (goal !== to && start > end - CLOSE)) return hold(to);

    const { sigma, alpha } = run.moves.at(-1)!.to;
    const up = end > start;
    for (;;) {
      checkSteps(progress.steps + 1, run.options.maxSteps, from, 'dpm-adaptive');
      const next = start + (up ? progress.h : -progress.h);
      const level = (up ? next < end - CLOSE : next > end + CLOSE) ? levelAt(run.schedule, next) : goal;
      const split = ancestralSplit(from, level, eta, sigma / alpha);
      const tried = await dpmStep(x, from, split.down, order, first, run);
      const lower = tried.lower();
      const error = relativeError(tried.x, lower, level, progress.before ?? { x, level: from }, run.options);
      const { factor, errors } = pidFactor(error, progress.errors, { p, i, d }, eta > 0 ? 1.5 : order);
      progress = { ...progress, h: progress.h * factor, errors, steps: progress.steps + 1 };
      if (factor < acceptSafety) continue;

      const [newest, last] = errors;
      const key = { slot: 'sampler', step: run.index, draw: progress.draws };
      const fresh = split.up > 0 ? [[split.up * noiseScale, run.noise.normal(key, x.shape)] as const] : [];
      return {
        x: fresh.length > 0 ? linear([1, tried.x], ...fresh) : tried.x,
        data: tried.data,
        state: saveProgress({
          ...progress,
          errors: [newest, newest, last],
          before: { x: lower, level },
          draws: level === to ? 0 : progress.draws + fresh.length,
        }),
        reached: level,
      };
    }
  },
};

function readProgress(state: State, { firstStep }: Options): Progress {
  if (state === null) return { h: firstStep, errors: null, before: null, steps: 0, draws: 0 };
  return parseState(progressSchema, state, "Sampler 'dpm-adaptive'");
}

const saveProgress = ({ before, ...rest }: Progress): State => ({
  ...rest,
  before: before && { x: before.x, level: { ...before.level } },
});

/** √mean(((high − low)/tolerated)²), tolerated = max(atol, rtol·max(|low|, |before|)), all of them as x/α. */
function relativeError(
  high: Tensor,
  low: Tensor,
  level: NoiseLevel,
  before: { readonly x: Tensor; readonly level: NoiseLevel },
  { rtol, atol }: Pick<Options, 'rtol' | 'atol'>,
): number {
  let sum = 0;
  for (let i = 0; i < low.data.length; i++) {
    const y = low.data[i]! / level.alpha;
    const size = Math.max(Math.abs(y), Math.abs(before.x.data[i]! / before.level.alpha));
    sum += ((high.data[i]! / level.alpha - y) / Math.max(atol, rtol * size)) ** 2;
  }
  return Math.sqrt(sum / low.data.length);
}
