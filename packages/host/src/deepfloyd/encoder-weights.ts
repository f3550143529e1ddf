import { totalmem } from 'node:os';
import { join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import {
  hasInt8Encoder,
  locateWeights,
  openCheckpoint,
  t5Work,
  writeInt8Encoder,
  type CheckpointFiles,
} from '@ungrain/models-deepfloyd';
import { cacheFolder } from '../cache-folder.js';
import { withFile } from '../file-errors.js';
import { freeSpace } from '../free-space.js';
import { byteText } from '../pull/index.js';

/** In which type the matrices of the text encoder are read: as they are stored, or as int8, made on first use. */
export const ENCODER_WEIGHTS = ['auto', 'stored', 'int8'] as const;
export type EncoderWeights = (typeof ENCODER_WEIGHTS)[number];

/** Files that are larger than this share of the machine's memory would be read from the disk for every prompt. */
const SHARE = 1 / 2;

/**
 * `auto` is int8 where the files as they are stored are too large for the machine: more than half of its memory. It does not
 * ask what is free, so that a command does the same tomorrow.
 * @throws UngrainError as `locateWeights` does
 */
export async function isInt8(
  encoder: CheckpointFiles,
  wanted: EncoderWeights,
  memory = machineMemory(),
): Promise<boolean> {
  if (wanted !== 'auto') return wanted === 'int8';
  let bytes = 0;
  for (const { weight } of (await locateWeights(encoder)).values()) bytes += 'length' in weight ? weight.length : 0;
  return bytes > SHARE * memory;
}

/** Of the machine, or what a container may have of it, in bytes. */
function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

export interface Int8EncoderOptions {
  /** Tells encoders apart: its fingerprint. */
  readonly hash: string;
  readonly onFile?: ((index: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A text encoder with its matrices as int8, from the cache; it is written there first if it is not there.
 * @throws UngrainError `disk-full`, `file-not-written`, as `writeInt8Encoder` does
 */
export async function int8Encoder(
  encoder: CheckpointFiles,
  { hash, onFile, signal }: Int8EncoderOptions,
): Promise<CheckpointFiles> {
  const folder = join(cacheFolder(), 'int8', hash);
  if (!(await hasInt8Encoder(folder))) {
    const { weightBytes } = await t5Work(encoder, { int8: true });
    const free = await freeSpace(folder);
    if (weightBytes > free)
      throw new UngrainError(
        'disk-full',
        `The text encoder as int8 takes ${byteText(weightBytes)}, and ${byteText(free)} are free at ${folder}; free some, ` +
          'name another place by $UNGRAIN_CACHE, or read it as it is stored by --encoder-weights stored.',
        'failure',
      );
    await withFile(folder, 'written', () => writeInt8Encoder(encoder, folder, { onFile, signal }));
  }
  return openCheckpoint(folder);
}
