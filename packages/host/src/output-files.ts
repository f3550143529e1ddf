import { access, constants, stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { suggestion, UngrainError } from '@ungrain/core';
import { fileError, isSystemError, withFile } from './file-errors.js';

/** What is there: `null` is nothing. @throws UngrainError `not-a-folder` if the path goes through a file */
async function kindOf(path: string): Promise<'folder' | 'file' | null> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = isSystemError(error) ? error.code : undefined;
    if (code === 'ENOENT') return null;
    if (code === 'ENOTDIR')
      throw new UngrainError('not-a-folder', `${path} cannot be written: a part of its path is a file, not a folder.`);
    throw fileError(error, path, 'written');
  }
}

/**
 * Checks that a file can be written before the work that it is to hold is done. Nothing is created.
 *
 * @param extensions those that are known, without the dot
 * @returns the file's extension
 * @throws UngrainError `output-is-folder`, `unknown-extension`, `not-a-folder`, `file-not-written`
 */
export async function checkOutputFile<E extends string>(path: string, extensions: readonly E[]): Promise<E> {
  if (/[/\\]$/.test(path) || (await kindOf(path)) === 'folder')
    throw new UngrainError(
      'output-is-folder',
      `${path} is a folder, not a file to write; name a file in it, such as ${join(path, `grid.${extensions[0]}`)}.`,
    );
  const extension = extname(path).slice(1).toLowerCase();
  const known = extensions.find((name) => name === extension);
  if (known === undefined)
    throw new UngrainError(
      'unknown-extension',
      extension === ''
        ? `${path} has no extension, so it is unclear what to write; known are ${extensions.join(', ')}.`
        : `${path} has the unknown extension '${extension}'${suggestion(extension, extensions)}`,
    );
  await checkOutputFolder(dirname(path));
  return known;
}

/**
 * Checks that files can be written in a folder, or that it can be created with them. Nothing is created.
 * @throws UngrainError `not-a-folder`, `file-not-written`
 */
export async function checkOutputFolder(path: string): Promise<void> {
  const kind = await kindOf(path);
  if (kind === 'file') throw new UngrainError('not-a-folder', `${path} is a file, not a folder to write in.`);
  if (kind === null) return checkOutputFolder(dirname(resolve(path)));
  await withFile(path, 'written', () => access(path, constants.W_OK | constants.X_OK));
}

/** The first of `stem.png`, `stem-2.png`, `stem-3.png` … that does not exist yet. */
export async function freshName(stem: string, extension: string): Promise<string> {
  for (let i = 1; ; i++) {
    const name = `${stem}${i > 1 ? `-${i}` : ''}.${extension}`;
    if ((await kindOf(name)) === null) return name;
  }
}
