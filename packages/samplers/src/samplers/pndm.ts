import {
  linear,
  type Denoised,
  type NoiseLevel,
  type Sampler,
  type Schedule,
  type StepContext,
  type Tensor,
} from '@ungrain/core';
import { z } from 'zod';
import { byOrder, carriedOf, latest, transfer } from './pseudo-numerical.js';
import { levelBelow, stride } from './stride.js';

const options = z.strictObject({
  start: z
    .enum(['runge-kutta', 'heun'])
    .default('runge-kutta')
    .describe("How a run starts: three steps of four calls, the paper's, or one of two calls, known as PLMS."),
  carries: z
    .enum(['noise', 'v'])
    .default('noise')
    .describe(
      'What is extrapolated from step to step. diffusers takes v where the model predicts it, which is of first order only.',
    ),
  stride,
});
type Options = z.output<typeof options>;

/**
 * Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds": the step of DDIM (`transfer`, eq. 9) with
 * the noise of a classical solver, as if levels were a step of equal length apart: Adams–Bashforth of the last four
 * (eq. 12), and at the start Runge–Kutta (eq. 13). Starts in a last step and near pure noise are left out.
 */
export const pndmSampler: Sampler<Options> = {
  name: 'pndm',
  summary: 'Linear multi-step on top of DDIM, one model call a step after a start of several.',
  options,
  uses: 'both',
  async step(x, from, to, state, run) {
    const { start, carries, stride } = run.options;
    const before = (state ?? []) as readonly Tensor[];
    const estimate = await run.denoise(x, from);
    const slopes = latest(carriedOf(carries, estimate, from), before);
    const begun: Begun = { x, from, to, estimate, slope: slopes[0]!, run };
    const canStart = to.sigma > 0 && to.alpha <= MOST_GROWTH * from.alpha;
    if (canStart && start === 'runge-kutta' && slopes.length < 4)
      return { x: await rungeKutta(begun), data: estimate.data, state: slopes };
    if (canStart && start === 'heun' && slopes.length === 1)
      return { x: await heun(begun), data: estimate.data, state: slopes };
    const end = levelBelow(from, stride, run.schedule, stride > 0 ? run.moves.at(-1)!.to : to);
    return { x: transfer(carries, x, from, end, byOrder(slopes), estimate), data: estimate.data, state: slopes };
  },
};

/** Near pure noise α may grow a thousandfold in a step, and what float32 rounds off by that to the third power. */
const MOST_GROWTH = 10;

/** A step whose first slope is known. */
interface Begun {
  readonly x: Tensor;
  readonly from: NoiseLevel;
  readonly to: NoiseLevel;
  readonly estimate: Denoised;
  readonly slope: Tensor;
  readonly run: StepContext<Options>;
}

async function slopeAt(x: Tensor, level: NoiseLevel, run: StepContext<Options>): Promise<Tensor> {
  return carriedOf(run.options.carries, await run.denoise(x, level), level);
}

/** The mean of the slopes at both ends. With a stride the step counts from that much above its end. */
async function heun({ x, from, to, estimate, slope, run }: Begun): Promise<Tensor> {
  const { carries, stride } = run.options;
  const end = levelBelow(from, stride, run.schedule, to);
  const second = await slopeAt(transfer(carries, x, from, end, [[1, slope]], estimate), to, run);
  const mean = [
    [1 / 2, slope],
    [1 / 2, second],
  ] as const;
  if (stride === 0) return transfer(carries, x, from, to, mean, estimate);
  const above = run.schedule.level(Math.min(to.time + stride, run.schedule.noisiest));
  const data = linear([1 / above.alpha, x], [-above.sigma / above.alpha, estimate.noise]);
  return transfer(carries, x, above, to, mean, { ...estimate, data });
}

/** The classical method of fourth order. */
async function rungeKutta({ x, from, to, estimate, slope: first, run }: Begun): Promise<Tensor> {
  const { carries } = run.options;
  const go = (end: NoiseLevel, slope: Tensor): Tensor => transfer(carries, x, from, end, [[1, slope]], estimate);
  const middle = halfway(from, to, run.schedule);
  const second = await slopeAt(go(middle, first), middle, run);
  const third = await slopeAt(go(middle, second), middle, run);
  const fourth = await slopeAt(go(to, third), to, run);
  const mean = [
    [1 / 6, first],
    [1 / 3, second],
    [1 / 3, third],
    [1 / 6, fourth],
  ] as const;
  return transfer(carries, x, from, to, mean, estimate);
}

/** The level in the middle of two times: a trained one between trained ones, if there is one. */
function halfway(from: NoiseLevel, to: NoiseLevel, schedule: Schedule): NoiseLevel {
  const half = (from.time - to.time) / 2;
  const trained = schedule.trainedSteps !== null && Number.isInteger(from.time) && Number.isInteger(to.time);
  return schedule.level(from.time - (trained ? Math.floor(half) || half : half));
}
