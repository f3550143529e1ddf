import { UngrainError } from '@ungrain/core';

/** What the system's error codes mean to a person. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'it is on a read-only file system',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than files may be here',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  ENOENT: 'there is no such file or folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links go in a circle',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EBUSY: 'another program is using it',
  EIO: 'the disk reports an error',
};

/** An error of the file system, or of the system at large. */
export interface SystemError {
  readonly code: string;
  readonly syscall: string;
  readonly path?: string;
}

/** By its fields: `instanceof Error` is false for errors that come from another realm. */
export const isSystemError = (error: unknown): error is SystemError =>
  typeof error === 'object' &&
  error !== null &&
  'syscall' in error &&
  'code' in error &&
  typeof error.code === 'string';

/**
 * The error of the file system as a sentence: `out/grid.png cannot be written: the disk is full.` Other errors are
 * returned as they are.
 */
export function fileError(error: unknown, path: string, done: 'read' | 'written'): unknown {
  if (!isSystemError(error)) return error;
  const reason = REASONS[error.code] ?? `the system reports ${error.code}`;
  return new UngrainError(`file-not-${done}`, `${path} cannot be ${done}: ${reason}.`, 'failure', { cause: error });
}

/** Does something with a file; what the file system complains about becomes a sentence. @throws UngrainError `file-not-read`, `file-not-written` */
export async function withFile<T>(path: string, done: 'read' | 'written', action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw fileError(error, path, done);
  }
}

/** For `catch`: null stands for a file that does not exist. */
export function nullIfAbsent(error: unknown): null {
  if (isSystemError(error) && error.code === 'ENOENT') return null;
  throw error;
}
