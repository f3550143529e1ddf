import type { RunSpec } from '@ungrain/core';
import type { LoadedModel } from './load-model.js';

/** What a person should know of a run beforehand: a sentence each. */
export function runNotes(
  { sampler }: RunSpec,
  { model, registry }: Pick<LoadedModel, 'model' | 'registry'>,
): readonly string[] {
  if (model.variance === 'none' || registry.samplers.get(sampler.name).usesVariance) return [];
  return [
    `Sampler '${sampler.name}' has no use for the variance that '${model.name}' learned; those channels are dropped.`,
  ];
}
