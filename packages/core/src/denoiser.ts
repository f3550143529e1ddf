import { UngrainError } from './errors.js';
import type { Model, ModelBatch } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import { solvePrediction, type DataAndNoise } from './prediction.js';
import { equalQueries, type Query } from './query.js';
import { concatRows, formatShape, sameShape, sizeOf, sliceRows, type Tensor } from './tensor.js';

/**
 * The answer, in the shape of x. Straight from a model α·data + σ·noise = x. Guidance may break that: `data` is the
 * estimate of the clean image, `noise` is what a sampler renoises with.
 */
export interface Denoised extends DataAndNoise {
  /** The raw variance channels of a model that has them: see `Variance`. A step's two ends make it a variance. */
  readonly variance?: Tensor;
}

/** Where in a run a question is asked. */
export interface StepPoint {
  readonly from: NoiseLevel;
  readonly to: NoiseLevel;
  /** Of the step, from 0. */
  readonly index: number;
  /** The number of steps; `null` where it is not known beforehand. */
  readonly total: number | null;
  /** From 0 at the first step to, but without, 1. */
  readonly progress: number;
}

/**
 * What guidances wrap. It takes a list, so that all branches of a step (conditional, unconditional, views, prompts) are
 * one call of the model by construction: a guidance turns n queries into more, asks once, and combines the answers.
 */
export type Denoiser = (queries: readonly Query[], at: StepPoint) => Promise<readonly Denoised[]>;

/**
 * The innermost denoiser: a model. All queries of a call become one `predict`, rows joined in order; only if they are
 * more than `model.maxRows` does it take several. What is asked twice (the branch without a condition, by a guidance that
 * wraps another) is computed once.
 *
 * @throws UngrainError `conditions-mismatch` if a query has not one condition for each row, `aligned-mismatch` if some
 * queries have an aligned image and some have not, `model-output` if the model answers in another shape, `not-finite` if
 * its answer holds NaN or infinity, from which nothing comes back.
 */
export function modelDenoiser(model: Model, signal?: AbortSignal): Denoiser {
  return async (queries, at) => {
    if (queries.length === 0) return [];
    const first = queries.map((query) => queries.findIndex((other) => equalQueries(other, query)));
    const distinct = queries.filter((_, i) => first[i] === i);
    const output = await predictInParts(model, joinQueries(distinct), signal);
    checkFinite(model, output, at);
    let start = 0;
    const answers = distinct.map((query) => {
      const end = start + rowsOf(query.x);
      const rows = sliceRows(output, start, end);
      start = end;
      return answer(model, query, rows);
    });
    return first.map((i) => answers[distinct.indexOf(queries[i]!)]!);
  };
}

function checkFinite(model: Model, { data }: Tensor, { from, index, total }: StepPoint): void {
  const found = data.find((value) => !Number.isFinite(value));
  if (found === undefined) return;
  throw new UngrainError(
    'not-finite',
    `Model '${model.name}' answered with ${found} in step ${index + 1}${total === null ? '' : ` of ${total}`}, at time ` +
      `${from.time}, and the run was stopped there; weights that are damaged or too narrow do this, or a step that is too large.`,
    'failure',
  );
}

const rowsOf = (x: Tensor): number => x.shape[0] ?? 0;

function joinQueries(queries: readonly Query[]): ModelBatch {
  for (const { x, conditions } of queries)
    if (conditions.length !== rowsOf(x))
      throw new UngrainError(
        'conditions-mismatch',
        `A query of ${rowsOf(x)} rows came with ${conditions.length} conditions; each row needs one.`,
      );
  const aligned = queries.flatMap((query) => query.aligned ?? []);
  if (aligned.length !== 0 && aligned.length !== queries.length)
    throw new UngrainError(
      'aligned-mismatch',
      `${aligned.length} of ${queries.length} queries came with an aligned image; a guidance has dropped the others.`,
    );
  const byRow = <T>(value: (query: Query) => T): T[] =>
    queries.flatMap((query) => new Array<T>(rowsOf(query.x)).fill(value(query)));
  return {
    x: concatRows(queries.map((query) => query.x)),
    levels: byRow((query) => query.level),
    conditions: queries.flatMap((query) => query.conditions),
    ...(aligned.length > 0 && { aligned: concatRows(aligned) }),
    ...(queries.some((query) => query.variant !== undefined) && { variants: byRow((query) => query.variant) }),
  };
}

async function predictInParts(model: Model, batch: ModelBatch, signal?: AbortSignal): Promise<Tensor> {
  const rows = rowsOf(batch.x);
  if (rows <= model.maxRows) return model.predict(batch, signal);
  const parts: Tensor[] = [];
  for (let start = 0; start < rows; start += model.maxRows)
    parts.push(await model.predict(sliceBatch(batch, start, Math.min(rows, start + model.maxRows)), signal));
  return concatRows(parts);
}

function sliceBatch({ x, levels, conditions, aligned, variants }: ModelBatch, start: number, end: number): ModelBatch {
  return {
    x: sliceRows(x, start, end),
    levels: levels.slice(start, end),
    conditions: conditions.slice(start, end),
    ...(aligned && { aligned: sliceRows(aligned, start, end) }),
    ...(variants && { variants: variants.slice(start, end) }),
  };
}

function answer(model: Model, { x, level }: Query, output: Tensor): Denoised {
  const [rows = 0, channels = 0, ...rest] = x.shape;
  const halves = model.variance === 'none' ? 1 : 2;
  const expected = [rows, halves * channels, ...rest];
  if (!sameShape(output.shape, expected))
    throw new UngrainError(
      'model-output',
      `Model '${model.name}' answered x of shape ${formatShape(x.shape)} with ${formatShape(output.shape)}, ` +
        `not with ${formatShape(expected)}.`,
      'failure',
    );
  if (halves === 1) return solvePrediction(model.prediction, x, output, level);
  const [prediction, variance] = splitChannels(output, channels);
  return { ...solvePrediction(model.prediction, x, prediction, level), variance };
}

/** The first `channels` channels of each row, and the others. */
function splitChannels(output: Tensor, channels: number): [Tensor, Tensor] {
  const [rows = 0, all = 0, ...rest] = output.shape;
  const inner = sizeOf(rest);
  const part = (start: number, end: number): Tensor => {
    const size = (end - start) * inner;
    const data = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      const from = (row * all + start) * inner;
      data.set(output.data.subarray(from, from + size), row * size);
    }
    return { data, shape: [rows, end - start, ...rest] };
  };
  return [part(0, channels), part(channels, all)];
}
