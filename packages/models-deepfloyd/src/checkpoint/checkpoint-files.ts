import type { DType } from '@ungrain/core';
import type { Weight } from '@ungrain/graph';

/** The files of a diffusers folder, read only. Paths are relative to it, with forward slashes. */
export interface CheckpointFiles {
  /** What the folder is called in messages. */
  readonly name: string;
  exists(path: string): Promise<boolean>;
  json(path: string): Promise<unknown>;
  bytes(path: string): Promise<Uint8Array>;
  /** The tensors of a safetensors file, as an engine takes them; of a file on disk only the header is read. */
  weights(path: string): Promise<ReadonlyMap<string, StoredWeight>>;
}

/** A weight and the type that it is stored in. */
export type StoredWeight = Weight & { readonly dtype: DType };

/** The files of a folder within, under their paths there. */
export const filesBelow = (files: CheckpointFiles, folder: string): CheckpointFiles => {
  const at = (path: string): string => `${folder}/${path}`;
  return {
    name: `${files.name}/${folder}`,
    exists: (path) => files.exists(at(path)),
    json: (path) => files.json(at(path)),
    bytes: (path) => files.bytes(at(path)),
    weights: (path) => files.weights(at(path)),
  };
};
