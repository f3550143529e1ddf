import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { drawParameters, parseRunSpec, TorchGenerator } from '@ungrain/core';
import { encodeFloat16, writeSafetensors } from '@ungrain/formats';
import { nn } from '@ungrain/graph';
import { unet } from '@ungrain/models-mnist';
import { lazyEngine } from './engine.js';
import { loadModel } from './load-model.js';
import { sampleToEnd } from './sample.js';
import { readWeights, shippedWeights } from './weights.js';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'weights-'))));
afterEach(() => rm(folder, { recursive: true }));

const bytes = writeSafetensors(
  new Map([['w', { dtype: 'float16', data: encodeFloat16(Float32Array.of(1, -2.5)), shape: [2] } as const]]),
);

test('widens narrow floats and tells the hash of the file', async () => {
  const path = join(folder, 'w.safetensors');
  await writeFile(path, bytes);
  const { tensors, sha256 } = await readWeights(path);
  expect(tensors.get('w')).toEqual({ data: Float32Array.of(1, -2.5), shape: [2] });
  expect(sha256).toMatch(/^[0-9a-f]{64}$/);
});

test('refuses files that are missing, truncated or foreign', async () => {
  const path = join(folder, 'w.safetensors');
  await expect(readWeights(path)).rejects.toMatchObject({ code: 'file-not-read', kind: 'failure' });
  for (const content of [bytes.subarray(0, -1), bytes.subarray(0, 5), 'PK foreign', '']) {
    await writeFile(path, content);
    await expect(readWeights(path)).rejects.toMatchObject({ code: 'bad-safetensors', kind: 'failure' });
  }
});

test('a model refuses the weights of another network', async () => {
  const path = join(folder, 'w.safetensors');
  await writeFile(path, bytes);
  const loading = loadModel('digits', { engine: lazyEngine(), weights: path });
  await expect(loading).rejects.toMatchObject({ code: 'weights-mismatch', kind: 'failure' });
});

test('a model runs on the weights that it is given', async () => {
  const scope = nn.Scope.root({ training: false });
  unet(scope, { kind: 'time', hidden: 2 });
  const drawn = drawParameters(new TorchGenerator(3), scope.declarations);
  const path = join(folder, 'time.safetensors');
  await writeFile(path, writeSafetensors(new Map([...drawn].map(([name, w]) => [name, { dtype: 'float32', ...w }]))));
  const { model, registry } = await loadModel('digits-time', { engine: lazyEngine(), weights: path });
  const spec = parseRunSpec({ ...model.defaults, model: model.name, steps: 2, count: 3, seed: 1 });
  const samples = await sampleToEnd(spec, { registry, model });
  await model.dispose();
  expect(samples.shape).toEqual([3, 1, 28, 28]);
  expect(samples.data.every(Number.isFinite)).toBe(true);
});

test('every network of the table has its weights', async () => {
  for (const network of ['digits', 'digits-time', 'denoiser', 'judge'])
    expect((await readWeights(shippedWeights(network))).tensors.size).toBeGreaterThan(0);
  expect(() => shippedWeights('toString')).toThrow("No weights of 'toString' come with Ungrain");
});

test('an unknown model or engine is named before anything is read', async () => {
  await expect(loadModel('digit', { engine: lazyEngine() })).rejects.toThrow("did you mean 'digits'?");
  expect(() => lazyEngine('onxx')).toThrow("did you mean 'onnx'?");
});
