import { UngrainError, type NoiseLevel, type Schedule, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { ratioOfShare } from './sigma-curve.js';

const list = z.array(z.number()).min(1).max(10_001);

const options = z
  .strictObject({
    times: list.optional().describe('Times of the schedule, the noisiest first.'),
    sigmas: list
      .optional()
      .describe('σ of each level, the largest first. With times too, those are only what the model is told.'),
    quantity: z
      .enum(['ratio', 'share'])
      .default('ratio')
      .describe('What σ means: the ratio σ/α, or the share σ/(α + σ), which is the σ of a flow.'),
    clean: z.boolean().default(true).describe('Go on to clean data after the last level, which is one step more.'),
    repeats: z.boolean().default(false).describe('Levels may repeat; the step between two equal ones does nothing.'),
  })
  .refine(({ times, sigmas }) => times !== undefined || sigmas !== undefined, {
    error: 'it needs a list of times or of sigmas',
  })
  .refine(({ times, sigmas }) => !times || !sigmas || times.length === sigmas.length, {
    error: 'there must be as many times as sigmas',
  });

type ExplicitOptions = z.output<typeof options>;

/** Times or σ written out one by one. */
export const explicitSpacing: Spacing<ExplicitOptions> = {
  name: 'explicit',
  summary: 'A list of times or of σ.',
  options,
  levels(schedule, steps, chosen) {
    const { clean, repeats } = chosen;
    const levels = levelsOf(schedule, chosen);
    if (clean && levels.at(-1)!.sigma > 0) levels.push(schedule.clean);
    const ratios = levels.map(ratioOf);
    const rising = ratios.findIndex(
      (ratio, i) => i > 0 && !(ratio < ratios[i - 1]! || (repeats && ratio === ratios[i - 1])),
    );
    if (rising >= 0) {
      const given = chosen.sigmas ?? chosen.times!;
      throw new UngrainError(
        'times-not-falling',
        `Each ${chosen.sigmas ? 'σ' : 'time'} of a list must have less noise than the one before it, but ` +
          `${given[rising] ?? 'clean data'} follows ${given[rising - 1]}.`,
      );
    }
    if (levels.length !== steps + 1)
      throw new UngrainError(
        'steps-mismatch',
        `The list makes ${levels.length - 1} steps${clean ? ', the last one to clean data' : ''}, but the run ` +
          `has ${steps}; say ${levels.length - 1}.`,
      );
    return levels;
  },
};

function levelsOf(schedule: Schedule, { times, sigmas, quantity }: ExplicitOptions): NoiseLevel[] {
  if (!sigmas) return times!.map((time) => schedule.level(time));
  const ratios = quantity === 'share' ? sigmas.map(ratioOfShare) : sigmas;
  return ratios.map((ratio, i) => levelOfRatio(schedule, ratio, times?.[i]));
}
