import { levelSchema, linear, parseState, tensorSchema, type Sampler, type State, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { EXACT, equationOf, estimateWeights, type Estimate } from '../integrators/exponential.js';
import { MOMENTS, solverType } from './dpm-variants.js';
import { eta, firstDraw, noiseScale } from './fresh-noise.js';
import { holdThrough } from './hold-estimate.js';
import { impliedNoise } from './implied-noise.js';

const options = z.strictObject({
  order: z.int().min(1).max(3).default(2).describe('Steps of the run that make up one step of the method.'),
  predicted: z
    .enum(['data', 'noise'])
    .default('data')
    .describe("What is interpolated: 'data' is DPM-Solver++, 'noise' the first DPM-Solver."),
  solverType,
  eta: eta(0),
  noiseScale,
  lowerOrderFinal: z
    .boolean()
    .default(false)
    .describe('The last step of the run is one of order 1. The last one to clean data always is.'),
});

/** The step of the method that is under way: where it began, and the estimates since. */
interface Group {
  readonly x: Tensor;
  readonly estimates: readonly Estimate[];
}

const groupSchema: z.ZodType<Group> = z.strictObject({
  x: tensorSchema,
  estimates: z.array(z.strictObject({ level: levelSchema, value: tensorSchema })).min(1),
});

/**
 * DPM-Solver++ and DPM-Solver as one-step methods: the levels of the run are taken in groups of `order`, and the step to
 * the last of a group starts anew from its first, with the estimates on the way as those of a Runge–Kutta method. So a
 * group costs as many model calls as a multistep solver's steps, and needs no memory of the one before.
 * Lu et al. 2022, "DPM-Solver", algorithms 1 and 2; "DPM-Solver++", algorithm 1. At order 3 'midpoint' uses the first and
 * the last estimate, and 'heun' all three.
 */
export const dpmSinglestepSampler: Sampler<z.output<typeof options>> = {
  name: 'dpm-singlestep',
  summary: 'DPM-Solver++ and DPM-Solver in groups of steps, order 1 to 3, ODE or SDE; one model call a step.',
  options,
  uses: 'data',
  async step(x, from, to, state, run) {
    const { order, predicted, solverType, eta, noiseScale, lowerOrderFinal } = run.options;
    const estimate = await run.denoise(x, from);
    const value = predicted === 'data' ? estimate.data : impliedNoise(x, from, estimate);
    const newest: Estimate = { level: from, value };
    const last = run.index === run.moves.length - 1;
    const begins = run.index % order === 0 || (last && lowerOrderFinal) || state === null;
    const group = begins ? { x, estimates: [newest] } : extend(readGroup(state), newest);

    const start = group.estimates[0]!.level;
    const equation = equationOf(predicted, start, to, eta);
    if (!Number.isFinite(equation.h))
      return { x: holdThrough(x, from, to, estimate, run.options, run), data: estimate.data, state: null };
    const used =
      solverType === 'midpoint' && group.estimates.length === 3 ? [group.estimates[0]!, newest] : group.estimates;
    const rule = group.estimates.length === 3 ? EXACT : { ofTwo: MOMENTS[solverType], ofThree: 'exact' as const };
    const weights = estimateWeights(
      equation,
      used.map(({ level }) => level),
      start,
      rule,
    );
    const terms = used.map(({ value }, i) => [weights[i]!, value] as const);
    if (equation.fresh > 0) terms.push([equation.fresh * noiseScale, firstDraw(run, x.shape)]);
    return { x: linear([equation.keep, group.x], ...terms), data: estimate.data, state: saveGroup(group) };
  },
};

const extend = ({ x, estimates }: Group, newest: Estimate): Group => ({ x, estimates: [...estimates, newest] });

const readGroup = (state: State): Group => parseState(groupSchema, state, "Sampler 'dpm-singlestep'");

const saveGroup = ({ x, estimates }: Group): State => ({
  x,
  estimates: estimates.map(({ level: { time, alpha, sigma }, value }) => ({ level: { time, alpha, sigma }, value })),
});
