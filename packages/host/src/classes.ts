import { describeOptions, type Model } from '@ungrain/core';
import { z } from 'zod';

/** What a model is told about a sample: a class of those it was trained on, a prompt in words, or something else. */
export function conditionKind({ condition }: Pick<Model, 'condition'>): 'class' | 'prompt' | 'other' {
  const [description] = describeOptions(z.object({ condition }));
  if (description?.type === 'integer') return 'class';
  return description?.type === 'text' ? 'prompt' : 'other';
}

/** The classes that a model was trained on, if its condition is a class: `[0, 1, … 9]`; null if it is something else. */
export function classesOf({ condition }: Pick<Model, 'condition'>): readonly number[] | null {
  const [description] = describeOptions(z.object({ condition }));
  if (description?.type !== 'integer') return null;
  const { min, max } = description;
  if (min === undefined || max === undefined) return null;
  return Array.from({ length: max - min + 1 }, (_, i) => min + i);
}
