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

export interface SampleOptions {
  readonly registry: Registry;
  /** The model that the spec names, if the caller has it; it is then not disposed of. */
  readonly model?: Model | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a spec: yields each step, and returns the samples [count, channels, height, width] in the model's range.
 * @throws UngrainError as `planRun` does, before the first step; `aborted`
 */
export async function* sampleRun(
  spec: RunSpec,
  { registry, model: given, signal }: SampleOptions,
): AsyncGenerator<RunStep, Tensor, void> {
  const model = given ?? (await registry.models.get(spec.model).create());
  try {
    return yield* run({ ...planRun(spec, registry, model), noise: runNoise(spec), signal });
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
