import {
  planRun,
  run,
  runNoise,
  sizeOf,
  type Energy,
  type Model,
  type ModelBatch,
  type Registry,
  type RunSpec,
  type Tensor,
} from '@ungrain/core';

/**
 * The model, and how often its network was evaluated: a row of a batch is one evaluation. Steps would not do: a sampler
 * may take several looks a step, and guidance asks twice in each, with and without the class.
 */
export function countCalls(model: Model, onCall?: (rows: number) => void) {
  let calls = 0;
  const predict = (batch: ModelBatch, signal?: AbortSignal): Promise<Tensor> => {
    calls += batch.levels.length;
    onCall?.(batch.levels.length);
    return model.predict(batch, signal);
  };
  return { model: Object.create(model, { predict: { value: predict } }) as Model, calls: (): number => calls };
}

/** Runs a spec for one sample of a model of the same kind that costs nothing, in a flat landscape. @throws as the run does */
export async function rehearse(spec: RunSpec, registry: Registry, model: Model) {
  const predict = async ({ x, levels }: ModelBatch): Promise<Tensor> => {
    const size = sizeOf(x.shape) / levels.length;
    return { data: x.data.map((value, i) => Math.cos(value + levels[Math.floor(i / size)]!.time)), shape: x.shape };
  };
  const understudy = Object.create(model, {
    sampleShape: { value: model.sampleShape.map(() => 1) },
    accepts: { value: () => true },
    predict: { value: predict },
  }) as Model;
  const counted = countCalls(understudy);
  const one: RunSpec = { ...spec, count: 1, conditions: spec.conditions.slice(0, 1), shape: undefined };
  const flat: Energy = {
    range: model.range,
    accepts: () => true,
    read: async ({ data, shape }) => ({ energies: [0], gradient: { data: data.map(() => 0), shape } }),
    dispose: async () => undefined,
  };
  const resources = { model: async () => understudy, energy: async () => flat };
  let x: Tensor | null = null;
  for await (const step of run({ ...planRun(one, registry, counted.model), noise: runNoise(one), resources }))
    x = step.x;
  return { result: x!.data[0]!, calls: counted.calls() };
}
