import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { UngrainError } from '@ungrain/core';
import type { ParitySource } from '@ungrain/core/parity';
import { readSafetensors } from '@ungrain/formats';
import { withFile } from './file-errors.js';

/**
 * A folder of reference vectors on disk, read only. Paths come from index files, which are data: one that leads out of
 * the folder, by `..` or by a symbolic link, is refused.
 *
 * @throws UngrainError `no-folder` if there is none; its methods: `path-outside`, `file-not-read`, `bad-json`,
 * `bad-safetensors`
 */
export async function parityFolder(folder: string): Promise<ParitySource> {
  const isFolder = await stat(folder).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder)
    throw new UngrainError('no-folder', `There is no folder ${folder}; name one that holds reference vectors.`);
  const root = await realpath(folder);

  async function locate(path: string): Promise<string> {
    const file = resolve(root, path);
    checkInside(root, file, path);
    const real = await withFile(path, 'read', () => realpath(file));
    checkInside(root, real, path);
    return real;
  }
  async function bytes(path: string): Promise<Uint8Array> {
    const file = await locate(path);
    return withFile(path, 'read', () => readFile(file));
  }

  return {
    bytes,
    exists: (path) =>
      locate(path).then(
        () => true,
        () => false,
      ),
    async list(path) {
      const real = await locate(path);
      const found = await withFile(path, 'read', () => readdir(real, { recursive: true, withFileTypes: true }));
      return found
        .filter((entry) => entry.isFile())
        .map((entry) => join(path, relative(real, join(entry.parentPath, entry.name))).replaceAll(sep, '/'))
        .sort();
    },
    async json(path) {
      const text = new TextDecoder().decode(await bytes(path));
      try {
        return JSON.parse(text) as unknown;
      } catch (cause) {
        throw new UngrainError('bad-json', `${path} cannot be read as JSON: it is damaged.`, 'failure', { cause });
      }
    },
    tensors: async (path) => readSafetensors(await bytes(path), { file: path }).tensors,
  };
}

function checkInside(root: string, file: string, path: string): void {
  if (file.includes('\0') || !`${file}${sep}`.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw new UngrainError('path-outside', `The path ${JSON.stringify(path)} leads out of the folder.`, 'failure');
}
