import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { tensor } from '@ungrain/core';
import { promptCache } from './prompt-cache.js';

let folder = '';
beforeEach(async () => void (folder = join(await mkdtemp(join(tmpdir(), 'ungrain-prompts-')), 'prompts')));
afterEach(() => rm(folder, { recursive: true, force: true }));

const states = tensor([0.1, -2, 3e-9, 4], [2, 2]);
const paths = async (): Promise<string[]> => (await readdir(folder)).map((name) => join(folder, name));

test('gives back the bytes that were kept, to the same encoder and caption alone', async () => {
  const cache = promptCache(folder, 'one');
  expect(await cache.get('a cat')).toBeNull();
  await cache.set('a cat', states);
  expect(await cache.get('a cat')).toEqual(states);
  expect(await cache.get('a dog')).toBeNull();
  expect(await promptCache(folder, 'two').get('a cat')).toBeNull();
});

test('names no file after a caption, whatever it says', async () => {
  await promptCache(folder, 'one').set('../../etc/passwd', states);
  expect(await readdir(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.safetensors$/)]);
});

test('a damaged file is as good as none', async () => {
  const cache = promptCache(folder, 'one');
  await cache.set('a cat', states);
  await truncate((await paths())[0]!, 20);
  expect(await cache.get('a cat')).toBeNull();
});

test('a folder that cannot be written stops nothing', async () => {
  await writeFile(folder, 'a file, where the folder should be');
  const cache = promptCache(folder, 'one');
  await cache.set('a cat', states);
  expect(await cache.get('a cat')).toBeNull();
});

test('the prompts that were not used for longest are given up, and others are left alone', async () => {
  await mkdir(folder);
  await writeFile(join(folder, 'notes.txt'), '');
  const cache = promptCache(folder, 'one');
  await cache.set('used', states);
  await cache.set('forgotten', states);
  for (const path of await paths()) await utimes(path, 1000, 1000);
  await cache.get('used'); // which makes it the newest
  for (let i = 0; i < 510; i++) await writeFile(join(folder, `${i}.safetensors`), '');
  await cache.set('one more', states);
  const caches = await Promise.all(['used', 'forgotten', 'one more'].map((caption) => cache.get(caption)));
  expect(caches).toEqual([states, null, states]);
  expect(await readdir(folder)).toContain('notes.txt');
});
