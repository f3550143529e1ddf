import type { Value } from '../tensor.js';

/** A folder of reference vectors, read only. Paths are relative to it, with forward slashes. */
export interface ParitySource {
  exists(path: string): Promise<boolean>;
  bytes(path: string): Promise<Uint8Array>;
  /** The paths of all files in a folder and in those below it. */
  list(folder: string): Promise<readonly string[]>;
  json(path: string): Promise<unknown>;
  /** The tensors of a safetensors file. */
  tensors(path: string): Promise<ReadonlyMap<string, Value>>;
}

/** One comparison with a reference. `error` and `tolerance` are in the units of the check; it passed if error ≤ tolerance. */
export interface ParityCheck {
  readonly name: string;
  readonly error: number;
  readonly tolerance: number;
  /** What differs, where numbers alone do not tell. */
  readonly note?: string;
}

/** A family of reference vectors, found by one index file. */
export interface ParityGroup {
  readonly name: string;
  /** The file whose presence says that a folder holds this family. */
  readonly index: string;
  /** Runs every check of the family. A check that could not even be computed is yielded with an infinite error and a note. */
  run(source: ParitySource): AsyncIterable<ParityCheck>;
  /** What `run` leaves out although it belongs to the family, a sentence each. */
  skips?(source: ParitySource): Promise<readonly string[]>;
}

/** NaN and every error above the tolerance fail. */
export const passed = (check: ParityCheck): boolean => check.error <= check.tolerance;
