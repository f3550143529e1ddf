import type { Schedule, Spacing } from '@ungrain/core';
import { z } from 'zod';
import { evenTimes, isContinuousAndNoisy } from './even-times.js';
import { levelsAt, trainedStepsFor } from './trained-times.js';

const options = z.strictObject({});

/**
 * Equal steps of time from the noisiest to clean data: t = 0, 1/steps, …, 1 for a flow, as in the course (section 2.3).
 * In a schedule of trained times they are in general fractions; clean data is one step below time 0 there. In a continuous
 * one whose cleanest time still has some noise they reach that, and then clean data.
 */
export const uniformSpacing: Spacing<z.output<typeof options>> = {
  name: 'uniform',
  summary: "Equal steps of time from pure noise to clean data; the course's for flow matching.",
  options,
  levels(schedule, steps) {
    if (schedule.trainedSteps !== null) trainedStepsFor(steps, schedule, 'uniform');
    return levelsAt(
      schedule,
      isContinuousAndNoisy(schedule) ? evenTimes(schedule, steps) : timesToClean(schedule, steps),
    );
  },
};

function timesToClean({ noisiest, clean }: Schedule, steps: number): readonly number[] {
  return Array.from({ length: steps }, (_, i) => noisiest + ((clean.time - noisiest) * i) / steps);
}
