import { full, type Model, type ModelBatch, type Registry, type RunSpec, type Tensor } from '@ungrain/core';
import { sampleToEnd, type SampleOptions } from './sample.js';

/** How often a model is asked. */
export interface ModelCalls {
  readonly calls: number;
  /** Of all calls together; a row is one image. */
  readonly rows: number;
  /** A call of as many rows as any has; null if the model is never asked. */
  readonly largest: ModelBatch | null;
}

/** How often a run asks its model, and others that its guidances bring. */
export interface RunCalls extends ModelCalls {
  readonly others: Pick<ModelCalls, 'calls' | 'rows'>;
}

export interface CountOptions extends Omit<SampleOptions, 'model'> {
  readonly model: Model;
}

/**
 * Counts the calls of models by making the run with stand-ins that answer without a network. Solvers that choose their own
 * steps depend on the answers: for them the count is an estimate.
 * @throws UngrainError as `sampleRun` does
 */
export async function countModelCalls(spec: RunSpec, { model, registry, ...options }: CountOptions): Promise<RunCalls> {
  const [own, others] = [createCounter(), createCounter()];
  const models = Object.create(registry.models, {
    get: {
      value: (name: string): ModelEntry => {
        const entry = registry.models.get(name);
        return { ...entry, create: async (weights) => others.standIn(await entry.create(weights)) };
      },
    },
  }) as Registry['models'];
  await sampleToEnd(spec, { ...options, registry: { ...registry, models }, model: own.standIn(model) });
  const { calls, rows } = others.counted();
  return { ...own.counted(), others: { calls, rows } };
}

type ModelEntry = ReturnType<Registry['models']['get']>;

/** Makes stand-ins of models, and counts what they are asked. */
function createCounter() {
  let [calls, rows] = [0, 0];
  let largest: ModelBatch | null = null;
  const standIn = (model: Model): Model => {
    const predict = async (batch: ModelBatch): Promise<Tensor> => {
      calls++;
      rows += batch.levels.length;
      if (batch.levels.length > (largest?.levels.length ?? 0)) largest = batch;
      return answer(batch, model);
    };
    return Object.create(model, { predict: { value: predict } }) as Model;
  };
  return { standIn, counted: (): ModelCalls => ({ calls, rows, largest }) };
}

/** A model that reads no prompts: each condition stands for itself. For counting calls. */
export const withoutPrompts = (model: Model): Model => {
  const known = new Map<string, number>();
  const standFor = (raw: unknown): Tensor => {
    const key = JSON.stringify(raw ?? null);
    known.set(key, known.get(key) ?? known.size);
    return full([1], known.get(key)!);
  };
  return Object.create(model, {
    encode: { value: async (raw: readonly unknown[]) => raw.map((one) => ({ condition: standFor(one) })) },
    unconditional: { value: () => ({ condition: full([1], -1) }) },
  }) as Model;
};

/** x itself, and where the model learned a variance as much of nothing. */
function answer({ x }: ModelBatch, { variance }: Model): Tensor {
  if (variance === 'none') return x;
  const [rows = 0, channels = 0, ...rest] = x.shape;
  const size = x.data.length / rows;
  const data = new Float32Array(2 * x.data.length);
  for (let row = 0; row < rows; row++) data.set(x.data.subarray(row * size, (row + 1) * size), 2 * row * size);
  return { data, shape: [rows, 2 * channels, ...rest] };
}

/** What a call costs, measured. */
export interface CallCost {
  readonly rows: number;
  readonly seconds: number;
  /** The most memory that this process has had by then. */
  readonly bytes: number;
}

/** Times one call of a model, after one that prepares it. */
export async function timeCall(model: Model, batch: ModelBatch, signal?: AbortSignal): Promise<CallCost> {
  await model.predict(batch, signal);
  const started = performance.now();
  await model.predict(batch, signal);
  const seconds = (performance.now() - started) / 1000;
  return { rows: batch.levels.length, seconds, bytes: process.resourceUsage().maxRSS * 1024 };
}
