import { UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';

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
 * As `trainedStepsOf`, where no more steps fit in than were trained.
 * @throws UngrainError `continuous-schedule`, `too-many-steps`
 */
export function trainedStepsFor(steps: number, schedule: Schedule, spacing: string): number {
  const trained = trainedStepsOf(schedule, spacing);
  if (steps <= trained) return trained;
  throw new UngrainError(
    'too-many-steps',
    `Spacing '${spacing}' has room for ${trained} steps, as many as schedule '${schedule.name}' was trained at, ` +
      `not for ${steps}.`,
  );
}

/** The levels of some times, and after them clean data. */
export function thenClean(schedule: Schedule, times: readonly number[]): readonly NoiseLevel[] {
  return [...times.map((time) => schedule.level(time)), schedule.clean];
}

/** numpy's rounding, which the spacings below were published with: halves go to the even number. */
export function roundHalfToEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
