import { UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { end, thenEnd, type End } from './end.js';
import { trainedStepsOf } from './trained-times.js';

/** What spacings that compute in σ and not in times let choose. */
export interface SigmaCurve {
  readonly sigmaMax?: number | undefined;
  readonly sigmaMin?: number | undefined;
  readonly quantity: 'auto' | 'ratio' | 'share';
  readonly times: 'exact' | 'nearest' | 'floor';
}

export const sigmaCurve = {
  sigmaMax: z.number().positive().optional().describe("The first σ; the schedule's own if left out."),
  sigmaMin: z
    .number()
    .positive()
    .optional()
    .describe("The last σ; the schedule's own if left out, or 0.001 where that is 0."),
  quantity: z
    .enum(['auto', 'ratio', 'share'])
    .default('auto')
    .describe(
      'What σ means: the ratio σ/α, or the share σ/(α + σ), which is the σ of a flow. auto takes the ratio where the ' +
        'schedule keeps it finite.',
    ),
  times: z
    .enum(['exact', 'nearest', 'floor'])
    .default('exact')
    .describe('The time that the model is told: that of the level, the nearest trained one, or the trained one below.'),
} as const;

export const sigmaCurveToEnd = { ...sigmaCurve, end } as const;

/** σ at a part of the way, 0 at the first level and 1 at the last. */
export type Curve = (part: number, max: number, min: number) => number;

/**
 * `points` levels along a curve of σ, the first exactly at sigmaMax and the last, if there are several, at sigmaMin.
 * @throws UngrainError `bad-range`, `continuous-schedule`
 */
export function alongCurve(
  schedule: Schedule,
  points: number,
  options: SigmaCurve,
  spacing: string,
  curve: Curve,
): readonly NoiseLevel[] {
  if (options.times !== 'exact') trainedStepsOf(schedule, spacing);
  const { max, min, toRatio } = rangeOf(schedule, points, options, spacing);
  return Array.from({ length: points }, (_, i) => {
    const sigma = i === 0 ? max : i === points - 1 ? min : curve(i / (points - 1), max, min);
    const ratio = toRatio(sigma);
    return levelOfRatio(schedule, ratio, TIMES[options.times](schedule, -2 * Math.log(ratio)));
  });
}

/** As `alongCurve`, with one level for each step and then the end. */
export const alongCurveToEnd = (
  schedule: Schedule,
  steps: number,
  options: SigmaCurve & { readonly end: End },
  spacing: string,
  curve: Curve,
): readonly NoiseLevel[] => thenEnd(schedule, alongCurve(schedule, steps, options, spacing, curve), options.end);

const TIMES: Readonly<Record<SigmaCurve['times'], (schedule: Schedule, logSnr: number) => number | undefined>> = {
  exact: () => undefined,
  nearest: (schedule, logSnr) => schedule.timeAt(logSnr, 'nearest'),
  // A trained time whose σ was rounded on its way here is that time, and not the one below.
  floor: (schedule, logSnr) => Math.floor(schedule.timeAt(logSnr) + 1e-9),
};

/** The σ of a noiseless last level, as for flows that were trained at 1000 times. */
const SMALLEST = 1e-3;

/** σ/(α + σ) to σ/α, and back. */
export const ratioOfShare = (share: number): number => share / (1 - share);
export const shareOfRatio = (ratio: number): number => (ratio === Infinity ? 1 : ratio / (1 + ratio));

const same = (x: number): number => x;

function rangeOf(
  schedule: Schedule,
  points: number,
  { quantity, sigmaMax, sigmaMin }: SigmaCurve,
  spacing: string,
): { max: number; min: number; toRatio: (sigma: number) => number } {
  const [noisiest, cleanest] = [schedule.noisiest, schedule.cleanest].map((time) => ratioOf(schedule.level(time)));
  const shares = quantity === 'share' || (quantity === 'auto' && noisiest === Infinity);
  const of = shares ? shareOfRatio : same;
  const max = sigmaMax ?? of(noisiest!);
  const min = sigmaMin ?? (cleanest! > 0 ? of(cleanest!) : SMALLEST);
  if (max === Infinity || (shares && max > 1))
    throw new UngrainError(
      'bad-range',
      shares
        ? `Spacing '${spacing}' takes σ/(α + σ) here, which is at most 1; sigmaMax is ${max}.`
        : `Schedule '${schedule.name}' begins at pure noise, where σ/α is infinite: spacing '${spacing}' needs a ` +
            `sigmaMax, or the quantity 'share'.`,
    );
  if (points > 1 && !(min < max))
    throw new UngrainError(
      'bad-range',
      `Spacing '${spacing}' goes down from sigmaMax to sigmaMin, but here from ${max} to ${min}.`,
    );
  return { max, min, toRatio: shares ? ratioOfShare : same };
}
