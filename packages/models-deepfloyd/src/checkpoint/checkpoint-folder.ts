import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import { safetensorsSpans } from '@ungrain/formats/files';
import type { CheckpointFiles } from './checkpoint-files.js';

/**
 * A diffusers folder on disk. Files may be links (download caches keep them apart and link them); paths that come from the
 * folder's own files and lead out of it are refused.
 *
 * @throws UngrainError `no-folder`; its methods: `path-outside`, `missing-file`, `bad-json`, `bad-safetensors`
 */
export async function openCheckpoint(folder: string): Promise<CheckpointFiles> {
  const found = await stat(folder).catch(() => null);
  if (!found?.isDirectory())
    throw new UngrainError('no-folder', `There is no folder ${folder}; name one that holds a model_index.json.`);
  const root = await realpath(folder);

  async function locate(path: string): Promise<string> {
    if (path.includes('\0') || path.split('/').some((part) => part === '' || part === '.' || part === '..'))
      throw new UngrainError('path-outside', `The path ${JSON.stringify(path)} leads out of ${folder}.`, 'failure');
    return realpath(join(root, path)).catch(() => {
      throw new UngrainError('missing-file', `${folder} has no file ${path}.`, 'failure');
    });
  }

  const bytes = async (path: string): Promise<Uint8Array> => readFile(await locate(path));
  return {
    name: folder,
    bytes,
    exists: (path) =>
      locate(path).then(
        () => true,
        () => false,
      ),
    async json(path) {
      try {
        return JSON.parse(new TextDecoder().decode(await bytes(path))) as unknown;
      } catch (cause) {
        if (cause instanceof UngrainError) throw cause;
        throw new UngrainError('bad-json', `${folder}/${path} is no JSON: it is damaged.`, 'failure', { cause });
      }
    },
    weights: async (path) => safetensorsSpans(await locate(path)),
  };
}
