import {
  concatRows,
  sliceRows,
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
import { keepSamples, keptSamples, type KeptSamples } from './kept-samples.js';
import { countCalls } from './model-calls.js';
import type { Attended } from './progress.js';

const BATCH = 100;

export interface JudgeSamplesOptions extends Attended {
  readonly registry: Registry;
  readonly model: Model;
  readonly judge: Judge;
  /** Samples in a run; the result does not depend on it. */
  readonly batch?: number | undefined;
  /** A safetensors file that keeps what was drawn, batch by batch: an evaluation that was stopped goes on in it. */
  readonly samplesFile?: string | undefined;
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
 * @throws UngrainError `no-classes` if the model is not conditioned on a class; as `sampleRun` and `keptSamples` do
 */
export async function judgeSamples(spec: RunSpec, options: JudgeSamplesOptions): Promise<JudgedSamples> {
  const asked = classesInTurn(options.model, spec.count);
  const { images, calls } = await drawSamples({ ...spec, noise: 'torch-per-sample', conditions: [...asked] }, options);
  const { judge, batch = BATCH } = options;
  const parts: Awaited<ReturnType<Judge['read']>>[] = [];
  for (let start = 0; start < spec.count; start += batch)
    parts.push(await judge.read(sliceRows(images, start, Math.min(start + batch, spec.count))));
  return {
    asked,
    read: parts.flatMap(({ digits }) => digits),
    images,
    features: concatRows(parts.map(({ features }) => features)),
    callsPerSample: calls / spec.count,
  };
}

async function drawSamples(spec: RunSpec, options: JudgeSamplesOptions): Promise<KeptSamples> {
  const { registry, batch = BATCH, samplesFile, signal, onProgress } = options;
  const { model, calls } = countCalls(options.model);
  const kept = samplesFile === undefined ? null : await keptSamples(samplesFile, spec, model);
  const parts = kept ? [kept.images] : [];
  const current = (): KeptSamples => ({ images: concatRows(parts), calls: (kept?.calls ?? 0) + calls() });
  for (let start = kept?.images.shape[0] ?? 0; start < spec.count; start += batch) {
    const conditions = spec.conditions.slice(start, start + batch);
    const count = conditions.length;
    const onStep = ({ index, total }: RunStep): void =>
      onProgress?.({ phase: 'drawing', done: start + (count * (index + 1)) / total, total: spec.count });
    const part: RunSpec = { ...spec, seed: spec.seed + start, count, conditions };
    parts.push(await sampleToEnd(part, { registry, model, signal, onStep }));
    if (samplesFile !== undefined) await keepSamples(samplesFile, spec, current());
  }
  return current();
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
