import {
  branchState,
  planRun,
  run,
  runNoise,
  stretches,
  UngrainError,
  type Model,
  type Registry,
  type RunSpec,
  type RunState,
  type RunStep,
  type Tensor,
} from '@ungrain/core';
import { createAssets, type Assets } from './assets.js';
import { inRange } from './pictures/picture-run.js';
import { runResources } from './run-resources.js';

export interface SampleOptions {
  readonly registry: Registry;
  /** The model that the spec names, if the caller has it; it is then not disposed of. */
  readonly model?: Model | undefined;
  /** The images and masks that the spec refers to. */
  readonly assets?: Assets | undefined;
  /** What the model works on, [samples, …] in its range, in place of the image that the spec names. */
  readonly image?: Tensor | undefined;
  /** Goes on from there: what a step of the same spec saved. */
  readonly state?: RunState | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a spec, its changes included: yields each step, and returns the samples [count, channels, height, width] in the
 * model's range.
 * @throws UngrainError as `planRun` does, for all of it before the first step; `aborted`, `bad-state`
 */
export async function* sampleRun(
  spec: RunSpec,
  { registry, model: given, assets = createAssets(), image: started, state: saved, signal }: SampleOptions,
): AsyncGenerator<RunStep, Tensor, void> {
  const model = given ?? (await registry.models.get(spec.model).create());
  const { dispose, ...others } = runResources(registry);
  try {
    const image = started ?? (spec.image === undefined ? undefined : inRange(await assets.image(spec.image), model));
    const resources = { ...others, asset: (name: string) => assets.image(name) };
    const parts = stretches(spec).map((part) => ({ ...part, plan: planRun(part.spec, registry, model) }));
    let state = saved;
    for (const [i, { from, plan, spec: now }] of parts.entries()) {
      const end = parts[i + 1]?.from;
      if (state && end !== undefined && state.index >= end) continue;
      if (state && i > 0 && state.index === from) state = branchState(state, parts[i - 1]!.spec, now);
      const steps = run({ ...plan, noise: runNoise(now), image, resources, signal, ...(state && { state }) });
      for (;;) {
        const { done, value } = await steps.next();
        if (done) return value;
        if (end !== undefined && end >= value.total)
          throw new UngrainError('change-order', `A run of ${value.total} steps cannot change after step ${end}.`);
        const ends = value.index + 1 === end;
        if (ends) state = value.save();
        yield value;
        if (ends) break;
      }
    }
    throw new UngrainError('bad-state', 'The saved run is past the end of this one.');
  } finally {
    await dispose();
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
