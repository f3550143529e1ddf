import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { readSafetensors, toFloat32 } from '@ungrain/formats';
import {
  filesBelow,
  hasInt8Encoder,
  loadT5,
  locateWeights,
  openCheckpoint,
  t5Work,
  writeInt8Encoder,
  type CheckpointFiles,
} from '../index.js';
import { REFERENCE } from '../testing/reference.js';

const engine = createOnnxEngine({ threads: 1, lowMemory: true });
const FILES = [1, 2, 3].map((n) => `model-0000${n}-of-00003.safetensors`);

let home = '';
let stored: CheckpointFiles;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-int8-'));
  stored = filesBelow(await openCheckpoint(join(REFERENCE, 'stage1')), 'text_encoder');
});
afterEach(() => rm(home, { recursive: true }));

async function states(files: CheckpointFiles): Promise<{ tensor: Float32Array; wanted: Float32Array }> {
  const reference = readSafetensors(await readFile(join(REFERENCE, 'reference/t5/t5.safetensors'))).tensors;
  const mask = toFloat32(reference.get('attention_mask')!);
  const { network } = await loadT5(files, { engine });
  const { states } = await network.run({ ids: reference.get('input_ids')!, mask: { dtype: 'float32', ...mask } });
  await network.dispose();
  return { tensor: states!.data as Float32Array, wanted: toFloat32(reference.get('last_hidden_state')!).data };
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number => x.reduce((sum, one, i) => sum + one * y[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

test('its states point where those of transformers in float32 do, from a quarter of the bytes', async () => {
  await writeInt8Encoder(stored, home);
  expect(await hasInt8Encoder(home)).toBe(true);
  const int8 = await openCheckpoint(home);
  const { tensor, wanted } = await states(int8);
  expect(cosine(tensor, wanted)).toBeGreaterThan(0.9995);
  expect(tensor).not.toEqual((await states(stored)).tensor);
  const located = await locateWeights(int8);
  expect(located.get('encoder.block.0.layer.0.SelfAttention.q.weight')!.weight).toMatchObject({ dtype: 'int8' });
  for (const kept of ['shared.weight', 'encoder.final_layer_norm.weight'])
    expect(located.get(kept)!.weight.dtype).toBe('float32');
  expect(await t5Work(int8)).toEqual(await t5Work(stored, { int8: true })); // foretold without writing any
});

test('what was stopped goes on with the layers that are missing, to the same files', async () => {
  const whole = join(home, 'whole');
  await writeInt8Encoder(stored, whole);
  const part = join(home, 'part');
  const stop = new AbortController();
  const onFile = (index: number): void => (index === 1 ? stop.abort() : undefined);
  await expect(writeInt8Encoder(stored, part, { onFile, signal: stop.signal })).rejects.toMatchObject({
    code: 'aborted',
  });
  expect(await readdir(part)).toEqual(FILES.slice(0, 1));
  expect(await hasInt8Encoder(part)).toBe(false);
  const { mtimeMs } = await stat(join(part, FILES[0]!));
  const told: number[] = [];
  await writeInt8Encoder(stored, part, { onFile: (index) => told.push(index) });
  expect(told).toEqual([1, 2]);
  expect((await stat(join(part, FILES[0]!))).mtimeMs).toBe(mtimeMs);
  for (const file of await readdir(whole))
    expect(await readFile(join(part, file))).toEqual(await readFile(join(whole, file)));
});

test('int8 without scales, or with too few, is refused', async () => {
  const path = join(home, 'encoder');
  await writeInt8Encoder(stored, path);
  const name = 'encoder.block.1.layer.0.SelfAttention.q.weight';
  const bytes = await readFile(join(path, FILES[2]!));
  const renamed = Buffer.from(bytes.toString('latin1').replace(`${name}_scale`, `${name}_scalx`), 'latin1');
  await writeFile(join(path, FILES[2]!), renamed);
  const index = join(path, 'model.safetensors.index.json');
  await writeFile(index, (await readFile(index, 'utf8')).replace(`${name}_scale`, `${name}_scalx`));
  await expect(loadT5(await openCheckpoint(path), { engine })).rejects.toThrow(
    `'${name}' is int8 in ${FILES[2]!}, which is no float and has no scales`,
  );
});

test('an encoder that is there in part only is not there', async () => {
  await cp(join(REFERENCE, 'stage1/text_encoder/config.json'), join(home, 'config.json'));
  expect(await hasInt8Encoder(home)).toBe(false);
  expect(await hasInt8Encoder(join(home, 'none'))).toBe(false);
});
