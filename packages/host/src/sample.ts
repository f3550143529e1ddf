import {
  planRun,
  run,
  runNoise,
  type Model,
  type Registry,
  type RunSpec,
  type RunStep,
  type Tensor,
} from '@ungrain/core';
import { createAssets, type Assets } from './assets.js';

export interface SampleOptions {
  readonly registry: Registry;
  /** The model that the spec names, if the caller has it; it is then not disposed of. */
  readonly model?: Model | undefined;
  /** The images and masks that the spec refers to. */
  readonly assets?: Assets | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a spec: yields each step, and returns the samples [count, channels, height, width] in the model's range.
 * @throws UngrainError as `planRun` does, before the first step; `aborted`
 */
export async function* sampleRun(
  spec: RunSpec,
  { registry, model: given, assets = createAssets(), signal }: SampleOptions,
): AsyncGenerator<RunStep, Tensor, void> {
  const model = given ?? (await registry.models.get(spec.model).create());
  try {
    const image = spec.image === undefined ? undefined : await assets.image(spec.image);
    const resources = { asset: (name: string) => assets.image(name) };
    return yield* run({ ...planRun(spec, registry, model), noise: runNoise(spec), image, resources, signal });
  } finally {
    if (!given) await model.dispose();
  }
}

/** Runs a spec to its end. @param onStep is told of each step */
export async function sampleToEnd(
  spec: RunSpec,
  { onStep, ...options }: SampleOptions & { readonly onStep?: ((step: RunStep) => void) | undefined },
): Promise<Tensor> {
  const steps = sampleRun(spec, options);
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
    onStep?.(value);
  }
}
