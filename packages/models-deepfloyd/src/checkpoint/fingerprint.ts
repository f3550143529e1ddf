import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { filesBelow, type CheckpointFiles } from './checkpoint-files.js';
import { locateWeights, type Variant } from './locate-weights.js';

/** So much of each tensor is looked at, from its middle: a page. */
const SAMPLE_BYTES = 4096;

export interface FingerprintOptions {
  /** Folders with weights: `unet`. */
  readonly parts: readonly string[];
  /** Further files that change what comes out; those that are not there are passed over. */
  readonly files: readonly string[];
  readonly variants?: readonly Variant[] | undefined;
}

/**
 * A SHA-256 that tells checkpoints apart without reading their gigabytes: of the name, type and shape of every tensor, a
 * page from the middle of each, and the configs. The same weights in other files, several or one, have the same.
 */
export async function fingerprint(
  files: CheckpointFiles,
  { parts, files: others, variants }: FingerprintOptions,
): Promise<string> {
  const hash = createHash('sha256');
  for (const path of others) {
    if (!(await files.exists(path))) continue;
    hash.update(`${path}\n`).update(await files.bytes(path));
  }
  const handles = new Map<string, FileHandle>();
  try {
    for (const part of parts) {
      const located = [...(await locateWeights(filesBelow(files, part), variants))].sort(([a], [b]) =>
        a < b ? -1 : 1,
      );
      for (const [name, { weight }] of located) {
        hash.update(`${part} ${name} ${weight.dtype} ${weight.shape.join('x')}\n`);
        if (!('file' in weight)) {
          hash.update(new Uint8Array(weight.data.buffer, weight.data.byteOffset, weight.data.byteLength));
          continue;
        }
        const handle = handles.get(weight.file) ?? (await open(weight.file));
        handles.set(weight.file, handle);
        const length = Math.min(SAMPLE_BYTES, weight.length);
        const bytes = new Uint8Array(length);
        await handle.read(bytes, 0, length, weight.offset + Math.floor((weight.length - length) / 2));
        hash.update(bytes);
      }
    }
    return hash.digest('hex');
  } finally {
    for (const handle of handles.values()) await handle.close();
  }
}
