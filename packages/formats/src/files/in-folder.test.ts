import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { inFolder } from './in-folder.js';

let home = '';
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'ungrain-folder-'))));
afterAll(() => rm(home, { recursive: true }));

const fail = async (): Promise<never> => {
  throw new Error('no');
};

test('creates the folder, and gives what was done in it', async () => {
  const names = await inFolder(join(home, 'a/b'), () => readdir(join(home, 'a')));
  expect(names).toEqual(['b']);
});

test('takes back what it created, as far as it is empty', async () => {
  await expect(inFolder(join(home, 'new/deep/er'), fail)).rejects.toThrow('no');
  expect(await readdir(home)).toEqual(['a']);
  await expect(inFolder(join(home, 'a/b'), fail)).rejects.toThrow('no'); // was there before
  await expect(
    inFolder(join(home, 'kept/c'), async () => {
      await writeFile(join(home, 'kept/file'), '');
      return fail();
    }),
  ).rejects.toThrow('no');
  expect((await readdir(home, { recursive: true })).sort()).toEqual(['a', 'a/b', 'kept', 'kept/file']);
});
