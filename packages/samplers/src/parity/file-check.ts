import type { ParityCheck, ParitySource } from '@ungrain/core/parity';

/** Checks one file of reference vectors, named by its path in the folder. */
export type FileCheck = (source: ParitySource, path: string) => AsyncIterable<ParityCheck>;
