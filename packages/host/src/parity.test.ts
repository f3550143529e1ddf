import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import type { ParityGroup } from '@ungrain/core/parity';
import { parityFolder } from './parity-folder.js';
import { checkParity, type GroupReport } from './parity.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parity-'));
  await writeFile(join(folder, 'index.json'), '{"a": 1}');
});
afterEach(() => rm(folder, { recursive: true }));

const groupOf = (name: string, run: ParityGroup['run'], index = 'index.json'): ParityGroup => ({ name, index, run });

async function reportsOn(...groups: readonly ParityGroup[]): Promise<readonly GroupReport[]> {
  const reports: GroupReport[] = [];
  for await (const report of checkParity(await parityFolder(folder), groups)) reports.push(report);
  return reports;
}

test('reads files of the folder', async () => {
  const source = await parityFolder(folder);
  expect(await source.exists('index.json')).toBe(true);
  expect(await source.exists('other.json')).toBe(false);
  expect(await source.json('index.json')).toEqual({ a: 1 });
});

test('lists the files of a folder', async () => {
  await mkdir(join(folder, 'a/b'), { recursive: true });
  for (const name of ['a/2', 'a/b/1']) await writeFile(join(folder, name), '');
  await symlink('/', join(folder, 'a/root'));
  const source = await parityFolder(folder);
  expect(await source.list('a')).toEqual(['a/2', 'a/b/1']);
  await expect(source.list('..')).rejects.toMatchObject({ code: 'path-outside' });
});

test('refuses paths that leave the folder', async () => {
  const outside = await mkdtemp(join(tmpdir(), 'outside-'));
  await writeFile(join(outside, 'secret.json'), '1');
  await symlink(outside, join(folder, 'link'));
  const source = await parityFolder(folder);
  for (const path of ['../secret.json', `${outside}/secret.json`, 'link/secret.json', 'a/../../x', 'nul\0']) {
    await expect(source.bytes(path)).rejects.toMatchObject({ code: 'path-outside' });
    expect(await source.exists(path)).toBe(false);
  }
  await rm(outside, { recursive: true });
});

test('a folder that is not there is the mistake of the caller', async () => {
  await expect(parityFolder(join(folder, 'nope'))).rejects.toMatchObject({ code: 'no-folder', kind: 'usage' });
  await expect(parityFolder(join(folder, 'index.json'))).rejects.toMatchObject({ code: 'no-folder' });
});

test('damaged files are failures that name the file', async () => {
  await writeFile(join(folder, 'cut.json'), '{"a"');
  await writeFile(join(folder, 'cut.safetensors'), 'abc');
  const source = await parityFolder(folder);
  await expect(source.json('cut.json')).rejects.toMatchObject({ code: 'bad-json', kind: 'failure' });
  await expect(source.tensors('cut.safetensors')).rejects.toMatchObject({ code: 'bad-safetensors', kind: 'failure' });
});

test('reports on the groups whose index is there', async () => {
  const [report, ...others] = await reportsOn(
    groupOf('here', async function* () {
      yield { name: 'exact', error: 0, tolerance: 0 };
      yield { name: 'near', error: 0.9, tolerance: 1 };
      yield { name: 'far', error: 3, tolerance: 2 };
      yield { name: 'nan', error: NaN, tolerance: 1 };
    }),
    groupOf('elsewhere', async function* () {}, 'elsewhere/index.json'),
  );
  expect(others).toEqual([]);
  expect(report).toMatchObject({ name: 'here', passed: 2, failed: 2, worst: { name: 'nan' } });
  expect(report!.failures.map(({ name }) => name)).toEqual(['far', 'nan']);
});

test('a group that breaks off has failed, and keeps what it found before', async () => {
  const [damaged, malformed] = await reportsOn(
    groupOf('damaged', async function* () {
      yield { name: 'first', error: 0, tolerance: 0 };
      throw new UngrainError('bad-json', 'x.json cannot be read.', 'failure');
    }),
    // eslint-disable-next-line require-yield
    groupOf('malformed', async function* () {
      throw new TypeError('cases is not iterable\nat somewhere');
    }),
  );
  expect(damaged).toMatchObject({ passed: 1, failed: 1, failures: [{ note: 'x.json cannot be read.' }] });
  expect(malformed!.failures[0]!.note).toBe('it is malformed (TypeError: cases is not iterable)');
});
