import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { withFile } from './file-errors.js';

/** The SHA-256 of a file, in hexadecimal. @throws UngrainError `file-not-read` */
export const fileHash = async (path: string): Promise<string> =>
  createHash('sha256')
    .update(await withFile(path, 'read', () => readFile(path)))
    .digest('hex');
