import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor } from '@ungrain/core';
import { readSafetensors, toFloat32, writeSafetensors } from '@ungrain/formats';
import { writeFileAtomic } from '@ungrain/formats/files';
import type { PromptCache } from '@ungrain/models-deepfloyd';

/** So many prompts are kept, those that were used last; T5-XXL's states of one take 1.3 MB. */
const MOST_KEPT = 512;
const SUFFIX = '.safetensors';
const STATES = 'states';

/**
 * States of prompts on disk, in float32 so that a run from the cache gives the bytes of the run before it: a file for each
 * prompt, named after the encoder and the caption. A file that cannot be read or written is as good as none.
 *
 * @param folder is created with its first file
 * @param encoder a hash of it, which other encoders do not have
 */
export function promptCache(folder: string, encoder: string): PromptCache {
  const pathOf = (caption: string): string =>
    join(folder, createHash('sha256').update(`${encoder}\n${caption}`).digest('hex') + SUFFIX);
  return {
    async get(caption) {
      const path = pathOf(caption);
      try {
        const { tensors } = readSafetensors(await readFile(path), { file: path });
        const states = toFloat32(tensors.get(STATES)!);
        const now = new Date();
        await utimes(path, now, now);
        return states;
      } catch {
        return null;
      }
    },
    async set(caption, states: Tensor) {
      try {
        await mkdir(folder, { recursive: true });
        await writeFileAtomic(pathOf(caption), writeSafetensors(new Map([[STATES, { dtype: 'float32', ...states }]])));
        await removeOldest(folder);
      } catch {
        // A full disk or a folder of another user's is no reason to stop a run.
      }
    },
  };
}

async function removeOldest(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(SUFFIX));
  if (names.length <= MOST_KEPT) return;
  const aged = await Promise.all(names.map(async (name) => ({ name, used: (await stat(join(folder, name))).mtimeMs })));
  aged.sort((a, b) => a.used - b.used);
  for (const { name } of aged.slice(0, names.length - MOST_KEPT)) await rm(join(folder, name), { force: true });
}
