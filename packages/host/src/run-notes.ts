import type { RunSpec } from '@ungrain/core';
import type { LoadedModel } from './load-model.js';

/** What a person should know of a run beforehand: a sentence each. */
export function runNotes(
  { sampler: { name }, noise, count }: RunSpec,
  { model, registry }: Pick<LoadedModel, 'model' | 'registry'>,
): readonly string[] {
  const { usesVariance = false, sharesSteps = false } = registry.samplers.get(name);
  return [
    ...(model.variance === 'none' || usesVariance
      ? []
      : [`Sampler '${name}' has no use for the variance that '${model.name}' learned; those channels are dropped.`]),
    ...(sharesSteps && noise === 'counter' && count > 1
      ? [
          `Sampler '${name}' chooses its steps for all samples together: each depends on those beside it, whatever the noise.`,
        ]
      : []),
  ];
}
