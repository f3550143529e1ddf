import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { parseRunSpec, tensor } from '@ungrain/core';
import { readSafetensors } from '@ungrain/formats';
import { decodePng } from '@ungrain/media';
import type { Drawing } from './drawing.js';
import { freshName } from './output-files.js';
import { planOutputs } from './outputs.js';
import { readRecord } from './run-record.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'outputs-'))));
afterEach(() => rm(folder, { recursive: true }));
const at = (...path: string[]): string => join(folder, ...path);

const spec = parseRunSpec({
  model: 'dots',
  sampler: { name: 'euler' },
  spacing: { name: 'uniform' },
  steps: 2,
  count: 3,
  conditions: [7, 7, 3],
});
const drawing: Drawing = {
  samples: tensor([0, 0.5, 1, 1, 0, 0.25, 1, 0, 1, 1, 1, 1], [3, 1, 2, 2]),
  frames: { x: [tensor(new Float32Array(12), [3, 1, 2, 2])], x0: [] },
  range: [0, 1],
  spec,
  assets: new Map([['ab'.repeat(32), Uint8Array.of(1, 2, 255)]]),
};
const record = { spec, shown: {}, assets: drawing.assets };

test('writes a grid with the run inside, and creates its folder', async () => {
  const outputs = await planOutputs({ out: at('new', 'deep', 'grid.PNG') });
  expect(await outputs.write(drawing)).toEqual([at('new', 'deep', 'grid.PNG')]);
  expect((await decodePng(await readFile(at('new', 'deep', 'grid.PNG')))).pixels.channels).toBe(1);
  expect((await readRecord(at('new', 'deep', 'grid.PNG'))).record).toEqual(record);
  expect(await readdir(at('new', 'deep'))).toEqual(['grid.PNG']);
});

test('writes the samples as they are', async () => {
  await (await planOutputs({ out: at('samples.safetensors') })).write(drawing);
  const { tensors } = readSafetensors(await readFile(at('samples.safetensors')));
  expect(tensors.get('samples')).toMatchObject({ dtype: 'float32', shape: [3, 1, 2, 2], data: drawing.samples.data });
  expect((await readRecord(at('samples.safetensors'))).record).toEqual(record);
});

test('only animations need frames, and say which they show', async () => {
  const outputs = await Promise.all([
    planOutputs({ out: at('a.gif') }),
    planOutputs({ out: at('a.png'), gif: at('x.gif'), gifX0: at('x0.gif') }),
    planOutputs({ out: at('a.png') }),
  ]);
  expect(outputs.map(({ frames }) => [...frames])).toEqual([['x'], ['x', 'x0'], []]);
  expect(await outputs[1].write(drawing)).toEqual(['a.png', 'x.gif', 'x0.gif'].map((name) => at(name)));
  for (const frames of ['x', 'x0'])
    expect((await readRecord(at(`${frames}.gif`))).record).toEqual({ ...record, shown: { frames } });
  await expect(planOutputs({ gif: at('x.png') })).rejects.toMatchObject({ code: 'unknown-extension' });
});

test('writes every image under its label, and leaves nothing else', async () => {
  const files = await (await planOutputs({ each: at('each') })).write(drawing);
  expect(files).toEqual(['7-0.png', '7-1.png', '3-0.png'].map((name) => at('each', name)));
  expect((await readdir(at('each'))).sort()).toEqual(['3-0.png', '7-0.png', '7-1.png']);
  const { pixels } = await decodePng(await readFile(at('each', '7-0.png')));
  expect([...pixels.data]).toEqual([0, 128, 255, 255]);
  expect((await readRecord(at('each', '3-0.png'))).record.shown).toEqual({ sample: 2 });
});

test('an image that cannot take its name leaves no half of the others', async () => {
  await mkdir(at('each', '7-0.png', 'in-the-way'), { recursive: true });
  const outputs = await planOutputs({ each: at('each') });
  await expect(outputs.write(drawing)).rejects.toMatchObject({ code: 'file-not-written', kind: 'failure' });
  expect(await readdir(at('each'))).toEqual(['7-0.png']);
});

test('refuses beforehand what cannot be written', async () => {
  await writeFile(at('file'), '');
  await mkdir(at('somedir.png'));
  const refusals: readonly [string, string][] = [
    [at('somedir.png'), 'output-is-folder'],
    [`${at('missing')}/`, 'output-is-folder'],
    [at('grid.jpg'), 'unknown-extension'],
    [at('grid'), 'unknown-extension'],
    [at('file', 'grid.png'), 'not-a-folder'],
    [at('file', 'deeper', 'grid.png'), 'not-a-folder'],
  ];
  for (const [out, code] of refusals) await expect(planOutputs({ out })).rejects.toMatchObject({ code, kind: 'usage' });
  await expect(planOutputs({ each: at('file') })).rejects.toMatchObject({ code: 'not-a-folder' });
  expect((await readdir(folder)).sort()).toEqual(['file', 'somedir.png']);
});

test('finds a name that is not taken', async () => {
  expect(await freshName(at('grid'), 'png')).toBe(at('grid.png'));
  await writeFile(at('grid.png'), '');
  await writeFile(at('grid-2.png'), '');
  expect(await freshName(at('grid'), 'png')).toBe(at('grid-3.png'));
});
