import { UngrainError, type Model, type Registry, type RunSpec, type RunStep } from '@ungrain/core';
import type { Judge } from '@ungrain/models-mnist';
import { accuracyOf, type Accuracy } from '@ungrain/models-mnist/scores';
import { classesOf } from './classes.js';
import { sampleToEnd } from './sample.js';

export interface EvaluateOptions {
  readonly registry: Registry;
  readonly model: Model;
  readonly judge: Judge;
  /** Samples in a run; the result does not depend on it. */
  readonly batch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is told how many samples were judged, out of how many, after each run and, in parts of samples, after each step. */
  readonly onProgress?: ((judged: number, total: number) => void) | undefined;
}

/** How often the judge reads what a model was asked to draw. */
export interface Evaluation extends Accuracy {
  readonly perClass: readonly (Accuracy & { readonly class: number })[];
}

/**
 * Draws `spec.count` samples, the classes in turn, and has the judge read them. Sample i has the noise of seed + i
 * alone, so the result depends on neither the batches nor the count that follows.
 *
 * @throws UngrainError `no-classes` if the model is not conditioned on a class; as `sampleRun` does
 */
export async function evaluateClasses(spec: RunSpec, options: EvaluateOptions): Promise<Evaluation> {
  const { model, judge, batch = 100, onProgress, ...others } = options;
  const classes = classesOf(model);
  if (!classes)
    throw new UngrainError(
      'no-classes',
      `Model '${model.name}' draws no classes, so nobody can say if it drew the right one.`,
    );
  const asked = Array.from({ length: spec.count }, (_, i) => classes[i % classes.length]!);
  const read: number[] = [];
  for (let start = 0; start < spec.count; start += batch) {
    const conditions = asked.slice(start, start + batch);
    const count = conditions.length;
    const part: RunSpec = { ...spec, noise: 'torch-per-sample', seed: spec.seed + start, count, conditions };
    const onStep = ({ index, total }: RunStep) => onProgress?.(start + (count * (index + 1)) / total, spec.count);
    const { digits } = await judge.read(await sampleToEnd(part, { ...others, model, onStep }));
    read.push(...digits);
  }
  return summarize(classes, asked, read);
}

function summarize(classes: readonly number[], asked: readonly number[], read: readonly number[]): Evaluation {
  const correctOf = (indices: readonly number[]): Accuracy =>
    accuracyOf(indices.filter((i) => asked[i] === read[i]).length, indices.length);
  const all = [...asked.keys()];
  const perClass = classes
    .map((digit) => ({ class: digit, indices: all.filter((i) => asked[i] === digit) }))
    .filter(({ indices }) => indices.length > 0)
    .map(({ class: digit, indices }) => ({ class: digit, ...correctOf(indices) }));
  return { ...correctOf(all), perClass };
}
