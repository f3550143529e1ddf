import type { Schedule } from '@ungrain/core';

/** A schedule of continuous time whose cleanest time has some noise left, so that clean data is a level of its own. */
export const isContinuousAndNoisy = (schedule: Schedule): boolean =>
  schedule.trainedSteps === null && schedule.level(schedule.cleanest).sigma > 0;

/** The first `count` of `points` times that are spaced evenly from the noisiest to the cleanest, both included. */
export function evenTimes({ noisiest, cleanest }: Schedule, count: number, points = count): readonly number[] {
  return Array.from({ length: count }, (_, i) => {
    const part = i / Math.max(1, points - 1);
    return part === 1 ? cleanest : noisiest + (cleanest - noisiest) * part;
  });
}
