import { execFileSync } from 'node:child_process';
import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { GraphProtoSchema, TensorProto_DataType as Type, TensorProtoSchema, type TensorProto } from 'onnx-buf';
import { UngrainError } from '@ungrain/core';
import { externalModel, externalTensor, modelOf } from '../onnx/testing/external-model.js';
import { checkOnnxModel, readOnnxWeights } from './onnx-model.js';

let home = '';
let model = '';
beforeAll(async () => void (home = await mkdtemp(join(tmpdir(), 'ungrain-onnx-'))));
afterAll(() => rm(home, { recursive: true }));
beforeEach(async () => {
  const folder = await mkdtemp(join(home, 'model-'));
  model = join(folder, 'model.onnx');
  await mkdir(join(folder, 'sub'));
  const floats = new Uint8Array(Float32Array.of(1.5, 2.5).buffer);
  for (const path of ['w.bin', 'sub/w.bin', '../outside.bin', '~', '%2e']) await writeFile(join(folder, path), floats);
});

const weightsOf = async (bytes: Uint8Array) => {
  await writeFile(model, bytes);
  return readOnnxWeights(model);
};
const firstOf = async (bytes: Uint8Array): Promise<unknown> => (await weightsOf(bytes)).get('w')!.data[0];

test.each<[Readonly<Record<string, string>>, number]>([
  [{ location: 'w.bin' }, 1.5],
  [{ location: 'sub/w.bin', offset: '4', length: '4' }, 2.5],
  [{ location: 'w.bin', offset: '0', checksum: 'abc' }, 1.5],
  [{ location: '~' }, 1.5],
  [{ location: '%2e' }, 1.5],
])('reads %j', async (external, first) => {
  expect(await firstOf(externalModel(external))).toBe(first);
});

test.each([
  '',
  '.',
  '..',
  './w.bin',
  '../outside.bin',
  'sub/../w.bin',
  '/etc/hostname',
  '//etc/hostname',
  'w.bin/',
  'sub//w.bin',
  'sub\\w.bin',
  'C:w.bin',
  'file:w.bin',
  'w.bin\0',
  'w.bin\n',
  'sub',
  'model.onnx',
  'nothing.bin',
  '\u2025/outside.bin',
  '..\uff0foutside.bin',
])('refuses the location %j', async (location) => {
  await expect(weightsOf(externalModel({ location }))).rejects.toMatchObject({ code: 'bad-onnx' });
});

test.each<Readonly<Record<string, string>>>([
  {},
  { location: 'w.bin', offset: '5' },
  { location: 'w.bin', offset: '-1' },
  { location: 'w.bin', offset: '1.0' },
  { location: 'w.bin', offset: '0x1' },
  { location: 'w.bin', offset: ' 1' },
  { location: 'w.bin', offset: '' },
  { location: 'w.bin', offset: '9223372036854775808' },
  { location: 'w.bin', offset: '18446744073709551612', length: '4' },
  { location: 'w.bin', length: '3' },
  { location: 'w.bin', length: '8' },
  { location: 'w.bin', basepath: '/' },
])('refuses %j', async (external) => {
  await expect(weightsOf(externalModel(external))).rejects.toMatchObject({ code: 'bad-onnx' });
});

test.each<[string, (tensor: TensorProto) => Parameters<typeof modelOf>[0]]>([
  [
    'a second initializer',
    (tensor) => ({ initializer: [externalTensor({ location: 'w.bin' }, { name: 'a' }), tensor] }),
  ],
  ['a sparse one', (values) => ({ sparseInitializer: [{ values }] })],
  ['an attribute', (t) => ({ node: [{ opType: 'Constant', attribute: [{ name: 'value', t }] }] })],
  ['a list of them', (t) => ({ node: [{ opType: 'Constant', attribute: [{ name: 'value', tensors: [t] }] }] })],
  [
    'a branch of a branch',
    (tensor) => {
      const inner = create(GraphProtoSchema, { initializer: [tensor] });
      const outer = create(GraphProtoSchema, { node: [{ attribute: [{ name: 'else_branch', g: inner }] }] });
      return { node: [{ opType: 'If', attribute: [{ name: 'then_branch', g: outer }] }] };
    },
  ],
])('finds what leads out in %s', async (_, graphWith) => {
  await writeFile(model, modelOf(graphWith(externalTensor({ location: 'w.bin' }))));
  await checkOnnxModel(model);
  await writeFile(model, modelOf(graphWith(externalTensor({ location: '../outside.bin' }))));
  await expect(checkOnnxModel(model)).rejects.toThrow('no plain path');
});

describe('links', () => {
  const linked = async (target: string): Promise<Uint8Array> => {
    await symlink(target, join(model, '../link'));
    return externalModel({ location: 'link' });
  };

  test('inside are followed', async () => {
    expect(await firstOf(await linked('sub/w.bin'))).toBe(1.5);
  });

  test.each(['../outside.bin', '/etc/hostname', 'link', 'nothing'])('%s is refused', async (target) => {
    await expect(weightsOf(await linked(target))).rejects.toMatchObject({ code: 'bad-onnx' });
  });

  test('a folder that leads out', async () => {
    await symlink('..', join(model, '../up'));
    await expect(weightsOf(externalModel({ location: 'up/outside.bin' }))).rejects.toThrow('leads out');
  });

  test('hard ones', async () => {
    await link(join(model, '../../outside.bin'), join(model, '../hard'));
    await expect(weightsOf(externalModel({ location: 'hard' }))).rejects.toThrow('hard link');
  });

  test('a pipe, without waiting for who writes to it', async () => {
    execFileSync('mkfifo', [join(model, '../pipe')]);
    await expect(weightsOf(externalModel({ location: 'pipe' }))).rejects.toThrow('no regular file');
  });
});

test.each<[number, Parameters<typeof create<typeof TensorProtoSchema>>[1], string, readonly (number | bigint)[]]>([
  [Type.FLOAT, { rawData: new Uint8Array(Float32Array.of(1, 2).buffer) }, 'float32', [1, 2]],
  [Type.FLOAT, { floatData: [1, 2] }, 'float32', [1, 2]],
  [Type.DOUBLE, { doubleData: [0.1, 2] }, 'float64', [0.1, 2]],
  [Type.FLOAT16, { int32Data: [0x3c00, 0] }, 'float16', [0x3c00, 0]],
  [Type.INT8, { int32Data: [-1, 2] }, 'int8', [-1, 2]],
  [Type.BOOL, { int32Data: [1, 0] }, 'bool', [1, 0]],
  [Type.INT64, { int64Data: [-1n, 2n] }, 'int64', [-1n, 2n]],
  [Type.UINT32, { uint64Data: [2n ** 32n - 1n, 0n] }, 'uint32', [2 ** 32 - 1, 0]],
])('data in the file itself: type %d, %j', async (dataType, data, dtype, values) => {
  const tensor = create(TensorProtoSchema, { name: 'w', dataType, dims: [2n], ...data });
  const w = (await weightsOf(modelOf({ initializer: [tensor] }))).get('w')!;
  expect([w.dtype, [...w.data]]).toEqual([dtype, values]);
});

test.each<[string, Uint8Array, RegExp]>([
  ['an empty file', new Uint8Array(), /no graph/],
  ['another file', new TextEncoder().encode('<html>'), /damaged/],
  [
    'two weights of one name',
    modelOf({ initializer: [externalTensor({ location: 'w.bin' }), externalTensor({ location: 'w.bin' })] }),
    /two tensors "w"/,
  ],
  [
    'data here and there',
    modelOf({ initializer: [externalTensor({ location: 'w.bin' }, { floatData: [1] })] }),
    /both/,
  ],
  [
    'a negative shape',
    modelOf({ initializer: [externalTensor({ location: 'w.bin' }, { dims: [-1n] })] }),
    /impossible/,
  ],
  [
    'a shape beyond all',
    modelOf({ initializer: [externalTensor({ location: 'w.bin' }, { dims: [2n ** 32n, 2n ** 32n] })] }),
    /impossible/,
  ],
  [
    'texts',
    modelOf({ initializer: [externalTensor({ location: 'w.bin' }, { dataType: Type.STRING })] }),
    /element type 8/,
  ],
])('refuses %s', async (_, bytes, reason) => {
  await expect(weightsOf(bytes)).rejects.toThrow(reason);
});

test('changed models are read or refused', async () => {
  const bytes = externalModel({ location: 'sub/w.bin', offset: '4', length: '4' });
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), async (place, byte, length) => {
      const changed = bytes.slice(0, byte % 4 === 0 ? length : undefined);
      if (place < changed.length) changed[place] = byte;
      await weightsOf(changed).catch((error: unknown) => {
        if (!(error instanceof UngrainError) || error.code !== 'bad-onnx') throw error;
      });
    }),
    { numRuns: 300 },
  );
});
