import { UngrainError, type Spacing } from '@ungrain/core';
import { z } from 'zod';
import { levelOfRatio, ratioOf } from '../schedules/level-of-ratio.js';
import { end, thenEnd } from './end.js';
import { levelsAt } from './trained-times.js';

/** What was published: levels that were optimised for ten steps of each model, as σ/α and as trained times. */
export const ALIGNED = {
  'stable-diffusion': {
    sigmas: [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152],
    times: [999, 850, 736, 645, 545, 455, 343, 233, 124, 24],
  },
  'stable-diffusion-xl': {
    sigmas: [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.38, 0.234, 0.113],
    times: [999, 845, 730, 587, 443, 310, 193, 116, 53, 13],
  },
  'stable-video-diffusion': {
    sigmas: [700, 54.5, 15.886, 7.977, 4.248, 1.789, 0.981, 0.403, 0.173, 0.034],
    times: null,
  },
} as const;

const options = z.strictObject({
  model: z
    .enum(['stable-diffusion', 'stable-diffusion-xl', 'stable-video-diffusion'])
    .default('stable-diffusion')
    .describe('The model that the levels were optimised for.'),
  list: z.enum(['sigmas', 'times']).default('sigmas').describe('Which of the published lists to follow.'),
  end,
});

/**
 * Levels that were optimised for one model, then clean data. Where there are not ten steps, log σ is interpolated between
 * those of the list and the schedule's cleanest.
 * Sabour et al. 2024, "Align Your Steps: Optimizing Sampling Schedules in Diffusion Models", and its published lists.
 */
export const alignYourStepsSpacing: Spacing<z.output<typeof options>> = {
  name: 'align-your-steps',
  summary: 'Levels optimised for few steps of Stable Diffusion, XL or Video.',
  options,
  levels(schedule, steps, { model, list, end }) {
    const { sigmas, times } = ALIGNED[model];
    if (list === 'times' && !times)
      throw new UngrainError('no-times', `For '${model}' no list of times was published, only one of sigmas.`);
    if (list === 'times' && times?.length === steps) return levelsAt(schedule, times, end);
    const nodes = list === 'times' ? times!.map((time) => ratioOf(schedule.level(time))) : sigmas;
    const logs = [...nodes, ratioOf(schedule.level(schedule.cleanest))].map(Math.log);
    return thenEnd(
      schedule,
      Array.from({ length: steps }, (_, i) =>
        steps === nodes.length ? nodes[i]! : Math.exp(interpolated(logs, (i * nodes.length) / steps)),
      ).map((ratio) => levelOfRatio(schedule, ratio)),
      end,
    );
  },
};

function interpolated(values: readonly number[], at: number): number {
  const low = Math.min(Math.floor(at), values.length - 2);
  return values[low]! + (values[low + 1]! - values[low]!) * (at - low);
}
