import { logSnr, UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';
import { z } from 'zod';
import { thenEnd, type End } from './end.js';

/** The option of spacings that may leave the noisiest times out. */
export const lambdaMin = z
  .number()
  .optional()
  .describe(
    'Leaves out the times whose λ = log(α/σ) is below this: −5.1 on the cosine schedule keeps solvers in λ stable.',
  );

/**
 * The number of times that a schedule was trained at, for spacings that count in them.
 * @throws UngrainError `continuous-schedule`
 */
export function trainedStepsOf(schedule: Schedule, spacing: string): number {
  if (schedule.trainedSteps !== null) return schedule.trainedSteps;
  throw new UngrainError(
    'continuous-schedule',
    `Spacing '${spacing}' counts trained steps, and schedule '${schedule.name}' has none: its time is continuous. ` +
      `Use spacing 'uniform'.`,
  );
}

/**
 * As `trainedStepsOf`, where no more steps fit in than were trained, less the times that `lambdaMin` leaves out.
 * @throws UngrainError `continuous-schedule`, `too-many-steps`
 */
export function trainedStepsFor(steps: number, schedule: Schedule, spacing: string, lambdaMin?: number): number {
  let trained = trainedStepsOf(schedule, spacing);
  if (lambdaMin !== undefined) while (trained > 0 && logSnr(schedule.level(trained - 1)) / 2 < lambdaMin) trained--;
  if (steps <= trained) return trained;
  const less = lambdaMin === undefined ? '' : ` at λ of ${lambdaMin} and more`;
  throw new UngrainError(
    'too-many-steps',
    `Spacing '${spacing}' has room for ${trained} steps, as many as schedule '${schedule.name}' was trained at${less}, ` +
      `not for ${steps}.`,
  );
}

/** The levels of some times, and after them the end. */
export const levelsAt = (schedule: Schedule, times: readonly number[], end: End = 'clean'): readonly NoiseLevel[] =>
  thenEnd(
    schedule,
    times.map((time) => schedule.level(time)),
    end,
  );

/** numpy's rounding, which the spacings were published with: halves go to the even number. */
export function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
