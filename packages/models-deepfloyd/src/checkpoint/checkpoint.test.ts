import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createOnnxEngine } from '@ungrain/engine-onnx';
import { encodeFloat16, readSafetensors, toFloat32, writeSafetensors } from '@ungrain/formats';
import type { Value } from '@ungrain/core';
import { findNotFinite, fingerprint, loadT5, loadUnet, openCheckpoint } from '../index.js';
import { REFERENCE } from '../testing/reference.js';
import { filesBelow } from './checkpoint-files.js';
import { locateWeights } from './locate-weights.js';

const engine = createOnnxEngine({ threads: 1 });
const homes: string[] = [];
let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-deepfloyd-'));
  homes.push(home);
  await cp(join(REFERENCE, 'stage1'), home, { recursive: true });
});
afterAll(() => Promise.all(homes.map((folder) => rm(folder, { recursive: true }))));

const part = async (name: string) => filesBelow(await openCheckpoint(home), name);
const UNET_WEIGHTS = 'unet/diffusion_pytorch_model.safetensors';

async function tensors(): Promise<Map<string, Value>> {
  return new Map(readSafetensors(await readFile(join(home, UNET_WEIGHTS))).tensors);
}
const store = async (changed: ReadonlyMap<string, Value>, path = UNET_WEIGHTS): Promise<void> =>
  writeFile(join(home, path), writeSafetensors(changed));

async function rewriteConfig(change: Readonly<Record<string, unknown>>): Promise<void> {
  const path = join(home, 'unet/config.json');
  await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change }));
}

const answer = async (folder: Awaited<ReturnType<typeof part>>): Promise<Float32Array> => {
  const reference = readSafetensors(await readFile(join(REFERENCE, 'reference/unet/stage1.safetensors'))).tensors;
  const input = (name: string): Value => ({ dtype: 'float32', ...toFloat32(reference.get(`b1.${name}`)!) });
  const { network } = await loadUnet(folder, { engine });
  const { output } = await network.run({
    x: input('sample'),
    time: input('timestep'),
    text: input('encoder_hidden_states'),
  });
  await network.dispose();
  return output!.data as Float32Array;
};

async function refuses(loading: Promise<unknown>, code: string, message: string): Promise<void> {
  await expect(loading).rejects.toMatchObject({ code });
  await expect(loading).rejects.toThrow(message);
}

describe('a UNet', () => {
  test('computes nearly the same from fp16 files, which are taken where there are no others', async () => {
    const whole = await answer(await part('unet'));
    const narrow = [...(await tensors())].map(([name, value]): [string, Value] => [
      name,
      { dtype: 'float16', data: encodeFloat16(value.data as Float32Array), shape: value.shape },
    ]);
    await rm(join(home, UNET_WEIGHTS));
    await store(new Map(narrow), 'unet/diffusion_pytorch_model.fp16.safetensors');
    const half = await answer(await part('unet'));
    const error = Math.max(...half.map((x, i) => Math.abs(x - whole[i]!)));
    expect(error).toBeLessThan(0.02);
    expect(error).toBeGreaterThan(0);
  });

  test('of an older diffusers, whose config lacks keys, is the same', async () => {
    const whole = await answer(await part('unet'));
    const path = join(home, 'unet/config.json');
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    for (const [key, value] of Object.entries(config)) if (value === null || value === false) delete config[key];
    delete config['encoder_hid_dim_type'];
    await writeFile(path, JSON.stringify(config));
    expect(await answer(await part('unet'))).toEqual(whole);
  });

  test.each<[string, (all: Map<string, Value>) => void, string]>([
    ['a missing weight', (all) => all.delete('conv_in.bias'), "'conv_in.bias' [8] is missing"],
    [
      'one too many',
      (all) => all.set('extra', all.get('conv_in.bias')!),
      "nothing uses 'extra' [8] of diffusion_pytorch_model.safetensors",
    ],
    [
      'another shape',
      (all) => all.set('conv_in.bias', { dtype: 'float32', data: new Float32Array(4), shape: [4] }),
      "'conv_in.bias' should be [8] and is [4] in diffusion_pytorch_model.safetensors",
    ],
    [
      'whole numbers',
      (all) => all.set('conv_in.bias', { dtype: 'int32', data: new Int32Array(8), shape: [8] }),
      "'conv_in.bias' is int32",
    ],
  ])('with %s is refused', async (_, change, message) => {
    const all = await tensors();
    change(all);
    await store(all);
    await refuses(loadUnet(await part('unet'), { engine }), 'weights-mismatch', message);
  });

  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ _class_name: 'UNet1DModel' }, '_class_name'],
    [{ down_block_types: ['ResnetDownsampleBlock2D', 'CrossAttnDownBlock2D'] }, 'down_block_types.1'],
    [{ layers_per_block: [1, 1, 1] }, "'layers_per_block' has 3 entries for 2 blocks"],
    [{ block_out_channels: [8] }, "'down_block_types' has 2 entries for 1 blocks"],
    [{ act_fn: 'tanh' }, 'act_fn'],
  ])('with the config %j is refused', async (change, message) => {
    await rewriteConfig(change);
    await refuses(loadUnet(await part('unet'), { engine }), 'bad-config', message);
  });
});

describe('weights in several files', () => {
  const INDEX = 'text_encoder/model.safetensors.index.json';
  const rewrite = async (map: (files: Record<string, string>) => unknown): Promise<void> => {
    const index = JSON.parse(await readFile(join(home, INDEX), 'utf8')) as { weight_map: Record<string, string> };
    await writeFile(join(home, INDEX), JSON.stringify(map(index.weight_map)));
  };

  test('are found by their index', async () => {
    const located = await locateWeights(await part('text_encoder'));
    expect(new Set([...located.values()].map((one) => one.in)).size).toBe(3);
    const { network } = await loadT5(await part('text_encoder'), { engine });
    await network.dispose();
  });

  test.each<[string, (files: Record<string, string>) => unknown, string]>([
    ['no map', () => ({ files: [] }), 'is no index of weights'],
    ['a path', (files) => ({ weight_map: { ...files, x: '../model.safetensors' } }), 'no safetensors file beside it'],
    ['a pickle', (files) => ({ weight_map: { ...files, x: 'model.bin' } }), 'no safetensors file beside it'],
    [
      'a false place',
      (files) => ({ weight_map: { ...files, 'shared.weight': files['encoder.final_layer_norm.weight'] } }),
      "says that 'shared.weight' lies in",
    ],
  ])('and an index with %s is refused', async (_, change, message) => {
    await rewrite(change);
    await refuses(locateWeights(await part('text_encoder')), 'bad-index', message);
  });
});

test.each([
  ['unet', 'diffusion_pytorch_model.bin', 'UNet2DConditionModel'],
  ['text_encoder', 'pytorch_model.bin', 'T5EncoderModel'],
])('a pickle in place of safetensors is refused, with how to convert it: %s/%s', async (folder, file, reader) => {
  for (const name of await readdir(join(home, folder)))
    if (name.includes('safetensors')) await rm(join(home, folder, name));
  await writeFile(join(home, folder, file), 'PK\x03\x04');
  await refuses(locateWeights(await part(folder)), 'pickle-weights', `${reader}.from_pretrained`);
});

test('a file that was cut, or is not there, is named, with what should lie in it', async () => {
  const bytes = await readFile(join(home, UNET_WEIGHTS));
  await writeFile(join(home, UNET_WEIGHTS), bytes.subarray(0, bytes.length - 100));
  await refuses(loadUnet(await part('unet'), { engine }), 'bad-safetensors', 'diffusion_pytorch_model.safetensors');
  await rm(join(home, 'text_encoder/model-00002-of-00003.safetensors'));
  const message = /says that '[\w.]+' lies in model-00002-of-00003\.safetensors, and that file is not there/;
  await expect(loadT5(await part('text_encoder'), { engine })).rejects.toThrow(message);
});

test('weights that are not finite are found, and their file', async () => {
  expect(await findNotFinite(await part('unet'))).toBeNull();
  const all = await tensors();
  all.set('conv_in.bias', { dtype: 'float32', data: new Float32Array(8).fill(Infinity), shape: [8] });
  await store(all);
  expect(await findNotFinite(await part('unet'))).toBe(`'conv_in.bias' in ${home}/${UNET_WEIGHTS}`);
});

test('a fingerprint is of the weights and configs, not of the files that they lie in', async () => {
  const FILES = { parts: ['unet', 'text_encoder'], files: ['unet/config.json', 'not/there.json'] };
  const print = async () => fingerprint(await openCheckpoint(home), FILES);
  const first = await print();
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  const whole = new Map<string, Value>();
  for (const name of await readdir(join(home, 'text_encoder'))) {
    if (!name.includes('safetensors')) continue;
    if (name.endsWith('.safetensors'))
      for (const [key, value] of readSafetensors(await readFile(join(home, 'text_encoder', name))).tensors)
        whole.set(key, value);
    await rm(join(home, 'text_encoder', name));
  }
  await store(whole, 'text_encoder/model.safetensors');
  expect(await print()).toBe(first);
  await rewriteConfig({ act_fn: 'silu' });
  const other = await print();
  expect(other).not.toBe(first);
  const all = await tensors();
  const bias = all.get('conv_in.bias')!;
  all.set('conv_in.bias', { ...bias, data: (bias.data as Float32Array).map((x) => x + 1e-3) } as Value);
  await store(all);
  expect(await print()).not.toBe(other);
});

test('what is not there is named', async () => {
  await rm(join(home, UNET_WEIGHTS));
  await expect(loadUnet(await part('unet'), { engine })).rejects.toMatchObject({ code: 'no-weights' });
  await rm(join(home, 'unet/config.json'));
  await expect(loadUnet(await part('unet'), { engine })).rejects.toThrow('has no file unet/config.json');
  await expect(openCheckpoint(join(home, 'nowhere'))).rejects.toMatchObject({ code: 'no-folder', kind: 'usage' });
});

test('links are followed, paths that climb are not', async () => {
  await symlink(join(home, 'unet/config.json'), join(home, 'linked.json'));
  const files = await openCheckpoint(home);
  expect(await files.exists('linked.json')).toBe(true);
  for (const path of ['../x', 'unet/../../x', '/etc/passwd', 'unet//config.json', 'a\0'])
    await expect(files.bytes(path)).rejects.toMatchObject({ code: 'path-outside' });
});
