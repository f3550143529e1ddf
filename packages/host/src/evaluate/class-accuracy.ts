import { accuracyOf, type Accuracy } from '@ungrain/models-mnist/scores';
import type { JudgedSamples } from './judged-samples.js';

/** How often the judge reads what a model was asked to draw. */
export interface ClassAccuracy extends Accuracy {
  readonly perClass: readonly (Accuracy & { readonly class: number })[];
}

export function classAccuracy({ asked, read }: Pick<JudgedSamples, 'asked' | 'read'>): ClassAccuracy {
  const correctOf = (indices: readonly number[]): Accuracy =>
    accuracyOf(indices.filter((i) => asked[i] === read[i]).length, indices.length);
  const all = [...asked.keys()];
  const perClass = [...new Set(asked)].map((digit) => ({
    class: digit,
    ...correctOf(all.filter((i) => asked[i] === digit)),
  }));
  return { ...correctOf(all), perClass };
}
