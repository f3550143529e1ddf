import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { encodeFloat16, writeSafetensors } from '@ungrain/formats';
import { lazyEngine } from './engine.js';
import { loadModel } from './load-model.js';
import { readWeights } from './weights.js';

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

test('an unknown model or engine is named before anything is read', async () => {
  await expect(loadModel('digit', { engine: lazyEngine() })).rejects.toThrow("did you mean 'digits'?");
  expect(() => lazyEngine('onxx')).toThrow("did you mean 'onnx'?");
});
