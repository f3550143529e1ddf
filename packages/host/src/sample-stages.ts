import { UngrainError, type RunSpec, type RunStep, type Tensor } from '@ungrain/core';
import type { Assets } from './assets.js';
import type { LoadedModel } from './load-model.js';
import { sampleToEnd } from './sample.js';

/** A run, and the model that it is of. */
export interface Stage extends Pick<LoadedModel, 'model' | 'registry'> {
  readonly spec: RunSpec;
}

export interface SampleStagesOptions {
  readonly assets?: Assets | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((step: RunStep, stage: Stage) => void) | undefined;
}

/**
 * Runs stages one after the other, each on the images of the one before, as they are: not as a file would round them.
 * @returns the samples of each stage
 */
export async function sampleStages(
  stages: readonly Stage[],
  { assets, signal, onStep }: SampleStagesOptions = {},
): Promise<readonly Tensor[]> {
  const samples: Tensor[] = [];
  for (const stage of stages) {
    const { spec, model, registry } = stage;
    const step = (one: RunStep): void => onStep?.(one, stage);
    samples.push(await sampleToEnd(spec, { model, registry, assets, signal, image: samples.at(-1), onStep: step }));
  }
  return samples;
}

/** The stages of a run and of those after it. @throws UngrainError `no-upscaler` if there is no model for one of them */
export function stagesOf(spec: RunSpec, then: readonly RunSpec[], loaded: LoadedModel): readonly Stage[] {
  const models = [loaded, ...(loaded.upscaler ? [loaded.upscaler] : [])];
  return [spec, ...then].map((one, i) => {
    const found = models[i];
    if (found?.model.name === one.model) return { spec: one, model: found.model, registry: found.registry };
    throw new UngrainError(
      'no-upscaler',
      `The run goes on with model '${one.model}', which is not there; name its folder by --stage2.`,
    );
  });
}

/** Frees a model, and what makes its images larger. */
export async function disposeOf({ model, upscaler }: LoadedModel): Promise<void> {
  await model.dispose();
  await upscaler?.model.dispose();
}
