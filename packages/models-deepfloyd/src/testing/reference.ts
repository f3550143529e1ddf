import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ParitySource } from '@ungrain/core/parity';
import { readSafetensors } from '@ungrain/formats';

/** The small models of `fixtures/make.py`, and what they compute. */
export const REFERENCE = fileURLToPath(new URL('../../fixtures', import.meta.url));

const bytes = async (path: string): Promise<Uint8Array> => readFile(join(REFERENCE, path));

export const referenceSource: ParitySource = {
  bytes,
  exists: async (path) =>
    stat(join(REFERENCE, path)).then(
      () => true,
      () => false,
    ),
  list: async (folder) => (await readdir(join(REFERENCE, folder))).map((name) => `${folder}/${name}`).sort(),
  json: async (path) => JSON.parse(new TextDecoder().decode(await bytes(path))) as unknown,
  tensors: async (path) => readSafetensors(await bytes(path), { file: path }).tensors,
};
