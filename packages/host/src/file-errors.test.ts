import { readFile } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import { fileError, withFile } from './file-errors.js';

const systemError = (code: string) => Object.assign(new Error(`${code}: something`), { code, syscall: 'write' });

test.each([
  ['ENOSPC', 'grid.png cannot be written: the disk is full.'],
  ['EACCES', 'grid.png cannot be written: permission is denied.'],
  ['EISDIR', 'grid.png cannot be written: it is a folder.'],
  ['EFBIG', 'grid.png cannot be written: it would be larger than files may be here.'],
  ['EWEIRD', 'grid.png cannot be written: the system reports EWEIRD.'],
])('%s becomes a sentence', (code, message) => {
  expect(fileError(systemError(code), 'grid.png', 'written')).toMatchObject({
    code: 'file-not-written',
    kind: 'failure',
    message,
  });
});

test('other errors stay what they are', () => {
  const errors = [new UngrainError('bad-option', 'No.'), new TypeError('oops'), 'text'];
  for (const error of errors) expect(fileError(error, 'grid.png', 'read')).toBe(error);
});

test('names the file that was to be read', async () => {
  await expect(withFile('no/such', 'read', () => readFile('no/such'))).rejects.toMatchObject({
    code: 'file-not-read',
    message: 'no/such cannot be read: there is no such file or folder.',
  });
});
