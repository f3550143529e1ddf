import { concatRows, formatShape, sameShape, sliceRows, UngrainError, type Tensor, type Value } from '@ungrain/core';
import type { Engine, Executable, Graph, nn } from '@ungrain/graph';

/** Rows that one run of a network takes. More at once are not faster, and up to here a row's result is the same bytes in any batch. */
const ROWS_PER_RUN = 16;

/** A network with fixed weights, compiled for each number of rows it meets. */
export interface Inference {
  /** Runs the network on inputs of equal numbers of rows; its outputs by name. */
  run(inputs: Readonly<Record<string, Tensor>>, signal?: AbortSignal): Promise<Record<string, Tensor>>;
  dispose(): Promise<void>;
}

export interface InferenceOptions {
  readonly engine: Engine;
  readonly weights: ReadonlyMap<string, Tensor>;
  /** The network's declarations, against which the weights are checked. */
  readonly declarations: readonly nn.Declaration[];
  /** The network for batches of this many rows. */
  readonly build: (rows: number) => Graph;
}

/**
 * Prepares a network for inference.
 * @throws UngrainError `weights-mismatch` if a weight is missing or of another shape
 */
export async function createInference({ engine, weights, declarations, build }: InferenceOptions): Promise<Inference> {
  checkWeights(weights, declarations);
  const store = await engine.store(new Map(declarations.map(({ name }) => [name, weights.get(name)!])));
  const executables = new Map<number, Promise<Executable>>();
  const compiled = (rows: number): Promise<Executable> => {
    const known = executables.get(rows) ?? engine.compile(build(rows), { constants: store });
    executables.set(rows, known);
    return known;
  };

  return {
    async run(inputs, signal) {
      const total = Object.values(inputs)[0]?.shape[0] ?? 0;
      const parts: Record<string, Value>[] = [];
      for (let start = 0; start < total; start += ROWS_PER_RUN) {
        signal?.throwIfAborted();
        const end = Math.min(start + ROWS_PER_RUN, total);
        const feeds: Record<string, Value> = {};
        for (const [name, x] of Object.entries(inputs)) feeds[name] = { dtype: 'float32', ...sliceRows(x, start, end) };
        parts.push(await (await compiled(end - start)).run(null, feeds));
      }
      return Object.fromEntries(
        Object.keys(parts[0] ?? {}).map((name) => [name, concatRows(parts.map((part) => part[name] as Tensor))]),
      );
    },
    async dispose() {
      for (const executable of await Promise.all(executables.values())) await executable.dispose();
      executables.clear();
      store.dispose();
    },
  };
}

/** @throws UngrainError `weights-mismatch` if a weight is missing or of another shape */
export function checkWeights(weights: ReadonlyMap<string, Tensor>, declarations: readonly nn.Declaration[]): void {
  for (const { name, shape } of declarations) {
    const found = weights.get(name);
    if (!found || !sameShape(found.shape, shape))
      throw new UngrainError(
        'weights-mismatch',
        `The weights do not fit the network: '${name}' should be ${formatShape(shape)} and is ${found ? formatShape(found.shape) : 'missing'}.`,
        'failure',
      );
  }
}
