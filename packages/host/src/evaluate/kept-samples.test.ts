import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parseRunSpec, TorchGenerator, type Model } from '@ungrain/core';
import { keepSamples, keptSamples } from './kept-samples.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-kept-'));
});
afterAll(() => rm(home, { recursive: true }));

const model = { sampleShape: [1, 2, 2] } as unknown as Model;
const spec = (count: number, seed = 1) =>
  parseRunSpec({
    model: 'dots',
    sampler: { name: 'euler' },
    spacing: { name: 'uniform' },
    steps: 2,
    noise: 'torch-per-sample',
    seed,
    count,
    conditions: Array.from({ length: count }, (_, i) => i % 3),
  });
const images = new TorchGenerator(0).randn([6, 1, 2, 2]);
const file = (name: string): string => join(home, name);

test('gives back what was kept, whether the run has more samples or fewer', async () => {
  await keepSamples(file('six.safetensors'), spec(10), { images, calls: 12 });
  expect(await keptSamples(file('six.safetensors'), spec(10), model)).toEqual({ images, calls: 12 });
  expect(await keptSamples(file('six.safetensors'), spec(4), model)).toEqual({
    images: { data: images.data.slice(0, 16), shape: [4, 1, 2, 2] },
    calls: 8,
  });
});

test('nothing is kept where there is no file', async () => {
  expect(await keptSamples(file('none.safetensors'), spec(4), model)).toBeNull();
});

test('refuses samples of another run, of another shape, and other files', async () => {
  const path = file('other.safetensors');
  await keepSamples(path, spec(10), { images, calls: 12 });
  await expect(keptSamples(path, spec(10, 2), model)).rejects.toMatchObject({
    code: 'other-samples',
    message: `${path} holds other samples (their seed differs); name another file by --samples, or delete it.`,
  });
  const larger = { sampleShape: [1, 3, 3] } as unknown as Model;
  await expect(keptSamples(path, spec(10), larger)).rejects.toMatchObject({ code: 'bad-samples' });
  await writeFile(path, (await readFile(path)).subarray(0, 100));
  await expect(keptSamples(path, spec(10), model)).rejects.toMatchObject({ code: expect.stringMatching(/^bad-/) });
  await writeFile(path, JSON.stringify(spec(6)));
  await expect(keptSamples(path, spec(10), model)).rejects.toMatchObject({ code: 'bad-samples' });
});
