import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { assetOption, createRegistry, parseRunSpec, type Guidance } from '@ungrain/core';
import { encodePng } from '@ungrain/media';
import { z } from 'zod';
import { createAssets, takeInFiles } from './assets.js';

let home = '';
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'assets-'))));
afterAll(() => rm(home, { recursive: true }));

const keep: Guidance<{ image: string; note: string }> = {
  name: 'keep',
  summary: '',
  options: z.strictObject({ image: assetOption(), note: z.string() }),
  create: async () => ({}),
};
const registry = createRegistry([{ name: 'test', apiVersion: 1, guidances: [keep] }]);
const spec = (image: string) =>
  parseRunSpec({
    model: 'm',
    sampler: { name: 's' },
    spacing: { name: 's' },
    steps: 1,
    guidance: [{ name: 'keep', options: { image, note: 'a.png' } }],
  });

const png = encodePng({ data: Uint8Array.of(0, 255), width: 2, height: 1, channels: 1 });
const sha256 = createHash('sha256').update(png).digest('hex');

test('a file becomes its SHA-256, and comes back as a tensor', async () => {
  await writeFile(join(home, 'a.png'), png);
  const assets = createAssets();
  const taken = await takeInFiles(spec(join(home, 'a.png')), registry, assets);
  expect(taken.guidance).toEqual([{ name: 'keep', options: { image: sha256, note: 'a.png' } }]);
  expect([...createAssets(assets.files).files.keys()]).toEqual([sha256]);
  expect(await assets.image(sha256)).toEqual({ data: Float32Array.of(0, 1), shape: [1, 1, 1, 2] });
  expect(await takeInFiles(taken, registry, createAssets())).toEqual(taken);
});

test('what is missing or no picture is named', async () => {
  await writeFile(join(home, 'b.png'), 'text');
  const take = (name: string) => takeInFiles(spec(join(home, name)), registry, createAssets());
  await expect(take('none.png')).rejects.toThrow(/none\.png cannot be read: there is no such file/);
  await expect(take('b.png')).rejects.toThrow(/b\.png: .*PNG/);
  await expect(createAssets().image(sha256)).rejects.toMatchObject({ code: 'missing-asset' });
});
