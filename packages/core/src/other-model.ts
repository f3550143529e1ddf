import { modelDenoiser, type Denoiser } from './denoiser.js';
import { UngrainError } from './errors.js';
import type { Model } from './model.js';
import { logSnr, type NoiseLevel } from './noise-level.js';
import type { Query } from './query.js';
import type { Schedule } from './schedule.js';
import { formatShape, sameShape, scale } from './tensor.js';

/**
 * The denoiser of a model that is asked beside the one of a run, about the same states. What it is asked at a level of
 * the run it answers at its own level of the same signal-to-noise ratio, for x in its own scale; data and noise are the
 * same in either. So a flow may be guided by a diffusion model.
 *
 * @throws UngrainError `other-model` if it makes samples of another shape or range
 */
export function otherModelDenoiser(other: Model, model: Model, signal?: AbortSignal): Denoiser {
  const refuse = (what: string): never => {
    throw new UngrainError('other-model', `Model '${other.name}' ${what}, so it cannot guide '${model.name}'.`);
  };
  if (!sameShape(other.sampleShape, model.sampleShape))
    refuse(`makes samples of shape ${formatShape(other.sampleShape)}, not ${formatShape(model.sampleShape)}`);
  if (!sameShape(other.range, model.range)) refuse(`has the range ${other.range.join(' to ')}`);
  const inner = modelDenoiser(other, signal);
  return (queries, at) => inner(queries.map(translate), at);

  function translate(query: Query): Query {
    const level = levelIn(other.schedule, query.level);
    const factor = Math.hypot(level.alpha, level.sigma) / Math.hypot(query.level.alpha, query.level.sigma);
    return factor === 1 ? { ...query, level } : { ...query, level, x: scale(query.x, factor) };
  }
}

/** A schedule's level with the signal-to-noise ratio of a level of another. The level itself if it has just that one. */
function levelIn(schedule: Schedule, level: NoiseLevel): NoiseLevel {
  const known = isTimeOf(schedule, level.time) ? schedule.level(level.time) : schedule.clean;
  if (known.alpha === level.alpha && known.sigma === level.sigma) return level;
  return schedule.level(schedule.timeAt(logSnr(level)));
}

const isTimeOf = ({ noisiest, cleanest }: Schedule, time: number): boolean =>
  time >= Math.min(noisiest, cleanest) && time <= Math.max(noisiest, cleanest);
