import type { ParitySource } from '@ungrain/core/parity';

/** A number of the index: non-finite ones, and integers of 64 bits, are strings. */
export type IndexNumber = number | string;

/** What a tensor is expected to be. */
export interface ExpectedTensor {
  /** As safetensors writes it: `F32`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly count: number;
  /** Of all elements in double precision. */
  readonly sum: IndexNumber;
  readonly first: readonly IndexNumber[];
}

export type ExpectedTensors = Readonly<Record<string, ExpectedTensor>>;

/** One file of the index and what a reader has to make of it. */
export interface FileEntry {
  /** Relative to the index; null if it is to be made by `synth`. */
  readonly file: string | null;
  readonly format: string;
  readonly expect: 'accept' | 'refuse';
  readonly why: string;
  readonly bytes?: number;
  readonly tensors?: ExpectedTensors;
  readonly metadata?: Readonly<Record<string, string>>;
  /** A sound reader may decide otherwise: what counts is that nothing breaks. */
  readonly policy?: boolean;
  /** May be unsupported, with a clear error. */
  readonly optional?: boolean;
  /** What a reader that accepts the file all the same has to find. */
  readonly if_accepted?: ExpectedTensors;
  readonly all_values?: readonly IndexNumber[];
  readonly finite_count?: number;
  readonly finite_sum?: number;
  readonly finite_abs_sum?: number;
  /** IDX: what the file is asked to be. */
  readonly role?: 'images' | 'labels';
  /** IDX: what the refused file is, and has to be accepted as. `idx` is no role at all. */
  readonly accept_as?: 'images' | 'labels' | 'idx';
  readonly synth?: string;
  /** Links to be made before, as no archive holds them. Paths are relative to the index. */
  readonly setup?: readonly LinkSetup[];
}

/** A symbolic link with its target as it is written into it, or a hard link to another file. */
export type LinkSetup =
  { readonly symlink: string; readonly target: string } | { readonly hardlink: string; readonly target: string };

/** `counts`: format → accept or refuse → number of entries. */
export interface FilesIndex {
  readonly counts?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly files: readonly FileEntry[];
}

export const INDEX = 'files/index.json';

/** The index; its structure is trusted, what it says about files is what is checked. */
export const readIndex = async (source: ParitySource): Promise<FilesIndex> => (await source.json(INDEX)) as FilesIndex;

/** The bytes of an entry: read, or made in memory from a recipe such as `u64le(5) + '{' + 3 spaces + '}'`. */
export async function bytesOfEntry({ file, synth = '' }: FileEntry, source: ParitySource): Promise<Uint8Array> {
  if (file !== null) return source.bytes(`files/${file}`);
  const parts = synth.split(' + ').map(bytesOfPart);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function bytesOfPart(part: string): Uint8Array {
  const [, length] = /^u64le\((\d+)\)$/.exec(part) ?? [];
  if (length !== undefined) return new Uint8Array(BigUint64Array.of(BigInt(length)).buffer);
  const [, spaces] = /^(\d+) spaces$/.exec(part) ?? [];
  if (spaces !== undefined) return new Uint8Array(Number(spaces)).fill(0x20);
  const [, text] = /^'([^']*)'$/.exec(part) ?? [];
  if (text !== undefined) return new TextEncoder().encode(text);
  throw new Error(`The recipe has an unknown part: ${part}`);
}
