import type { DType, Shape, Tensor, Value } from '@ungrain/core';
import type { Graph } from './graph.js';

/**
 * A weight: in memory, or a span of a file that an engine may map instead of reading. Row-major; networks see it as
 * float32 whatever the file's type is (float32 by default). An int8 weight has scales: the file's float32 numbers that its
 * rows (indices of the first dimension) are multiplied by.
 */
export type Weight =
  | Tensor
  | {
      readonly file: string;
      readonly offset: number;
      readonly length: number;
      readonly shape: Shape;
      readonly dtype?: DType;
      readonly scales?: { readonly offset: number; readonly length: number };
    };

/** Resident state (weights, moments, running statistics, averages), shared by every executable that runs on it. */
export interface Store {
  /** A copy of one state. @throws UngrainError `unknown-state` */
  get(name: string): Tensor;
  /** Replaces or adds a state. @throws UngrainError `shape-mismatch` if it is known with another shape. */
  set(name: string, value: Tensor): void;
  names(): readonly string[];
  /** Frees what holds the states; the store is not used after. */
  dispose(): void;
}

export interface CompileOptions {
  /** States that will not change: the engine may fold them into its kernels. The executable then runs without them. */
  readonly constants?: Store;
}

/** A compiled graph. Not reentrant: one run at a time. */
export interface Executable {
  /**
   * Runs the graph once on `inputs` and the store's states, writes the graph's updates back into the store, and
   * returns its outputs.
   * @throws UngrainError `bad-input` if an input is missing, unknown, or of another shape or dtype
   */
  run(store: Store | null, inputs: Readonly<Record<string, Value>>): Promise<Record<string, Value>>;
  dispose(): Promise<void>;
}

/** Runs graphs. Engines are made by factories (`createOnnxEngine`) and handed to whoever needs one. */
export interface Engine {
  readonly name: string;
  /** The programs behind it by name, for the record of what a run was made with. */
  readonly versions?: Readonly<Record<string, string>>;
  store(weights: ReadonlyMap<string, Weight>): Promise<Store>;
  compile(graph: Graph, options?: CompileOptions): Promise<Executable>;
}
