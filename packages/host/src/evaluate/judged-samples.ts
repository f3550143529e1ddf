import {
  concatRows,
  UngrainError,
  type Model,
  type Registry,
  type RunSpec,
  type RunStep,
  type Tensor,
} from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { classesOf } from '../classes.js';
import { sampleToEnd } from '../sample.js';
import { countCalls } from './model-calls.js';
import type { Attended } from './progress.js';

export interface JudgeSamplesOptions extends Attended {
  readonly registry: Registry;
  readonly model: Model;
  readonly judge: Judge;
  /** Samples in a run; the result does not depend on it. */
  readonly batch?: number | undefined;
}

/** What a model drew, and what the judge says of it. */
export interface JudgedSamples {
  /** The class that each sample should show, and the one that the judge reads. */
  readonly asked: readonly number[];
  readonly read: readonly number[];
  /** [N, C, H, W] in the model's range. */
  readonly images: Tensor;
  /** The judge's features, [N, width]. */
  readonly features: Tensor;
  /** How often the network was evaluated for a sample: see `countCalls`. */
  readonly callsPerSample: number;
}

/**
 * Draws `spec.count` samples, the classes in turn, and has the judge look at them. Sample i has the noise of seed + i
 * alone, so the result depends on neither the batches nor the count that follows.
 *
 * @throws UngrainError `no-classes` if the model is not conditioned on a class; as `sampleRun` does
 */
export async function judgeSamples(spec: RunSpec, options: JudgeSamplesOptions): Promise<JudgedSamples> {
  const { registry, judge, batch = 100, signal, onProgress } = options;
  const asked = classesInTurn(options.model, spec.count);
  const { model, calls } = countCalls(options.model);
  const parts: { readonly images: Tensor; readonly features: Tensor; readonly digits: readonly number[] }[] = [];
  for (let start = 0; start < spec.count; start += batch) {
    const conditions = asked.slice(start, start + batch);
    const count = conditions.length;
    const part: RunSpec = { ...spec, noise: 'torch-per-sample', seed: spec.seed + start, count, conditions };
    const onStep = ({ index, total }: RunStep): void =>
      onProgress?.({ phase: 'drawing', done: start + (count * (index + 1)) / total, total: spec.count });
    const images = await sampleToEnd(part, { registry, model, signal, onStep });
    parts.push({ images, ...(await judge.read(images)) });
  }
  return {
    asked,
    read: parts.flatMap(({ digits }) => digits),
    images: concatRows(parts.map(({ images }) => images)),
    features: concatRows(parts.map(({ features }) => features)),
    callsPerSample: calls() / spec.count,
  };
}

/** 0, 1, … 9, 0, 1, … @throws UngrainError `no-classes` */
export function classesInTurn(model: Model, count: number): readonly number[] {
  const classes = classesOf(model);
  if (!classes)
    throw new UngrainError(
      'no-classes',
      `Model '${model.name}' draws no classes, so nobody can say if it drew the right one.`,
    );
  return Array.from({ length: count }, (_, i) => classes[i % classes.length]!);
}
