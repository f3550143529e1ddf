import { betaRange, evenly } from './beta-range.js';
import { betaSchedule } from './beta-schedule.js';

/** β goes from its start to its end along the logistic curve between −6 and 6, as in GeoDiff (Xu et al. 2022, in its code). */
export const sigmoidSchedule = betaSchedule({
  name: 'sigmoid',
  summary: 'The variance added in each step grows along a logistic curve: slowly at both ends.',
  options: betaRange({ start: 1e-4, end: 0.02 }),
  betas: ({ trainedSteps, start, end }) =>
    evenly(-6, 6, trainedSteps).map((x) => start + (end - start) / (1 + Math.exp(-x))),
});
