import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';

const options = z.strictObject({
  times: z.array(z.number()).min(1).max(10_001).describe('Times of the schedule, the noisiest first.'),
  clean: z.boolean().default(true).describe('Go on to clean data after the last time, which is one step more.'),
});

/** Times written out one by one. */
export const explicitSpacing: Spacing<z.output<typeof options>> = {
  name: 'explicit',
  summary: 'A list of times.',
  options,
  levels(schedule, steps, { times, clean }) {
    const levels = times.map((time) => schedule.level(time));
    if (clean && levels.at(-1)!.sigma > 0) levels.push(schedule.clean);
    const ratios = levels.map(({ alpha, sigma }) => sigma / alpha);
    const rising = ratios.findIndex((ratio, i) => i > 0 && !(ratio < ratios[i - 1]!));
    if (rising >= 0)
      throw new UngrainError(
        'times-not-falling',
        `Each time of a list must have less noise than the one before it, but ${times[rising]} follows ` +
          `${times[rising - 1]}.`,
      );
    if (levels.length !== steps + 1)
      throw new UngrainError(
        'steps-mismatch',
        `The list of times makes ${levels.length - 1} steps${clean ? ', the last one to clean data' : ''}, but the run ` +
          `has ${steps}; say ${levels.length - 1}.`,
      );
    return levels;
  },
};
