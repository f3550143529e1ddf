import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Bytes that may be written to a folder, which need not be there yet; as many as there may be where the system does not tell. */
export async function freeSpace(folder: string): Promise<number> {
  for (let path = resolve(folder); ; path = dirname(path)) {
    const found = await statfs(path).catch(() => null);
    if (found) return found.bavail * found.bsize;
    if (path === dirname(path)) return Number.MAX_SAFE_INTEGER;
  }
}
