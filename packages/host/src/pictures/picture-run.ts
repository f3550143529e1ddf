import {
  logSnr,
  map,
  UngrainError,
  type Model,
  type NoiseLevel,
  type Registry,
  type RunSpec,
  type RunStep,
  type Tensor,
} from '@ungrain/core';
import { encodePng, toPixels } from '@ungrain/media';
import type { SheetContent } from '@ungrain/media/figures';
import { cosineSchedule } from '@ungrain/samplers';
import type { Assets } from '../assets.js';
import type { Stage } from '../sample-stages.js';

/** What a sheet of pictures is made with. */
export interface PictureRun {
  /** How the model is sampled, with seed and versions; each sheet puts in what it is about. */
  readonly spec: RunSpec;
  readonly model: Model;
  readonly registry: Registry;
  /** What makes the images of the sheet larger; its spec is filled in by what was drawn. */
  readonly upscaler?: Stage | undefined;
  readonly assets: Assets;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: RunStep) => void) | undefined;
}

/** A sheet, with what is to be said beside it. */
export interface PictureSheet {
  readonly sheet: SheetContent;
  readonly notes: readonly string[];
  /** What was measured, by name. */
  readonly measures: Readonly<Record<string, number>>;
  /** The run whose samples are shown, if it is one. */
  readonly drawn?: { readonly spec: RunSpec; readonly then?: readonly RunSpec[]; readonly samples: Tensor };
}

/** From 0 … 1 to the model's own range. */
export const inRange = (picture: Tensor, { range: [black, white] }: Model): Tensor =>
  map(picture, (value) => black + (white - black) * value);

/** Takes a picture into a run, as the PNG that its spec then names. */
export const addPicture = (picture: Tensor, assets: Assets): string =>
  assets.add(encodePng(toPixels(picture, [0, 1])[0]!));

/** A noise level, and what there is to say of how it was found. */
export interface NamedLevel {
  readonly level: NoiseLevel;
  readonly note: string | null;
}

/**
 * The level of a trained time 0 … 999. A model whose time is continuous gets the level of its own that has the same
 * signal-to-noise ratio as that time of DeepFloyd IF's schedule, the course's.
 * @throws UngrainError `time-out-of-range`
 */
export function levelOfTime({ name, schedule }: Model, t: number): NamedLevel {
  if (schedule.trainedSteps !== null) return { level: schedule.level(t), note: null };
  const course = cosineSchedule.create({ trainedSteps: COURSE_STEPS });
  if (!(t >= 0 && t < COURSE_STEPS))
    throw new UngrainError('time-out-of-range', `A noise level is a t of 0 to ${COURSE_STEPS - 1}, not ${t}.`);
  const ratio = logSnr(course.level(t));
  const least = logSnr(schedule.level(schedule.noisiest));
  if (ratio < least)
    throw new UngrainError(
      'time-out-of-range',
      `t = ${t} has more noise than the model '${name}' knows; it goes up to t = ${Math.floor(course.timeAt(least))}.`,
    );
  const level = schedule.level(schedule.timeAt(ratio));
  return {
    level,
    note:
      `t = ${t} of ${COURSE_STEPS} is time ${level.time.toFixed(3)} of this model, by equal log-SNR (${ratio.toFixed(2)}): ` +
      `${level.alpha.toFixed(2)}·image + ${level.sigma.toFixed(2)}·noise.`,
  };
}

const COURSE_STEPS = 1000;

/** A run's guidance with more before it, but after what has to be outermost: thresholding sees the final estimate. */
export function addGuidance(
  { registry }: Pick<PictureRun, 'registry'>,
  guidance: RunSpec['guidance'],
  added: RunSpec['guidance'],
): RunSpec['guidance'] {
  const isOutermost = ({ name }: RunSpec['guidance'][number]): boolean =>
    registry.guidances.get(name).place === 'outermost';
  return [...guidance.filter(isOutermost), ...added, ...guidance.filter((one) => !isOutermost(one))];
}
