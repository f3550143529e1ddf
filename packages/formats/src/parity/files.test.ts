import { describe, expect, test } from '@jest/globals';
import type { Value } from '@ungrain/core';
import { passed, type ParityCheck, type ParitySource } from '@ungrain/core/parity';
import { externalModel } from '../onnx/testing/external-model.js';
import { writeSafetensors } from '../safetensors/write.js';
import type { FileEntry } from './entries.js';
import { filesParity } from './files.js';

const TENSORS = new Map<string, Value>([
  ['w', { dtype: 'float16', data: Uint16Array.of(0x3c00, 0x8000, 0x7e00), shape: [3] }],
  ['i', { dtype: 'int64', data: BigInt64Array.of(2n ** 53n + 1n, 1n), shape: [2] }],
]);
const FILES = new Map([
  ['files/good', writeSafetensors(TENSORS, new Map([['format', 'pt']]))],
  ['files/bad', Uint8Array.of(1, 2, 3)],
  ['files/onnx/a/model.onnx', externalModel({ location: 'w.bin' })],
  ['files/onnx/a/data.bin', new Uint8Array(Float32Array.of(1.5).buffer)],
  ['files/onnx/data.bin', new Uint8Array(Float32Array.of(1.5).buffer)],
  ['files/labels', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 3, 4)],
]);

const GOOD: FileEntry = {
  file: 'good',
  format: 'safetensors',
  expect: 'accept',
  why: 'good',
  bytes: FILES.get('files/good')!.length,
  metadata: { format: 'pt' },
  finite_count: 2,
  tensors: {
    w: { dtype: 'F16', shape: [3], count: 3, sum: 'NaN', first: [1, -0, 'NaN'] },
    i: { dtype: 'I64', shape: [2], count: 2, sum: '9007199254740994', first: ['9007199254740993', '1'] },
  },
};
const BAD: FileEntry = { file: 'bad', format: 'safetensors', expect: 'refuse', why: 'short' };
const LABELS: FileEntry = {
  file: 'labels',
  format: 'idx',
  expect: 'refuse',
  why: 'no images',
  role: 'images',
  accept_as: 'labels',
  tensors: { data: { dtype: 'U8', shape: [2], count: 2, sum: 7, first: [3, 4] } },
};
const SYNTHETIC: FileEntry = { ...BAD, file: null, synth: "u64le(12) + '{' + 10 spaces + 'x'" };

const sourceOf = (files: readonly FileEntry[], counts = {}): ParitySource => ({
  exists: async () => true,
  bytes: async (path) => FILES.get(path)!,
  list: async (folder) => [...FILES.keys()].filter((path) => path.startsWith(`${folder}/`)),
  json: async () => ({ files, counts }),
  tensors: async () => new Map(),
});

async function failed(files: readonly FileEntry[], counts = {}): Promise<string[]> {
  const checks: ParityCheck[] = [];
  for await (const check of filesParity.run(sourceOf(files, counts))) checks.push(check);
  return checks.filter((check) => !passed(check)).map(({ name }) => name);
}

describe('filesParity', () => {
  test('accepts and refuses as the index says', async () => {
    expect(await failed([GOOD, BAD, LABELS, SYNTHETIC], { idx: { refuse: 1 } })).toEqual([]);
  });

  const w = GOOD.tensors!['w']!;
  const i = GOOD.tensors!['i']!;
  test.each<[string, FileEntry]>([
    ['a first value', { ...GOOD, tensors: { w: { ...w, first: [1, 0, 'NaN'] }, i } }],
    ['a sum', { ...GOOD, tensors: { w, i: { ...i, sum: '9007199254740995' } } }],
    ['a dtype', { ...GOOD, tensors: { w: { ...w, dtype: 'BF16' }, i } }],
    ['a shape', { ...GOOD, tensors: { w: { ...w, shape: [3, 1] }, i } }],
    ['a count', { ...GOOD, tensors: { w: { ...w, count: 4 }, i } }],
    ['a missing tensor', { ...GOOD, tensors: { w } }],
    ['metadata', { ...GOOD, metadata: { format: 'tf' } }],
    ['the values', { ...GOOD, tensors: { w, i }, all_values: [1, 2, 3] }],
    ['a number of finite values', { ...GOOD, finite_count: 3 }],
    ['a file to be refused', { ...GOOD, expect: 'refuse' }],
    ['what was to be found if accepted', { ...GOOD, expect: 'refuse', policy: true, if_accepted: { w } }],
  ])('notices a change of %s', async (_, entry) => {
    expect(await failed([entry])).toEqual(['good']);
  });

  test('notices a file that should have been accepted', async () => {
    expect(await failed([{ ...BAD, expect: 'accept' }])).toEqual(['bad']);
    expect(await failed([{ ...BAD, expect: 'accept', optional: true }])).toEqual([]);
  });

  test('notices other lengths, counts and recipes', async () => {
    expect(await failed([{ ...GOOD, bytes: 1 }])).toEqual(['good: bytes']);
    expect(await failed([GOOD], { safetensors: { accept: 2 } })).toEqual(['counts.safetensors.accept']);
    expect(await failed([{ ...SYNTHETIC, synth: '3 tabs' }])).toEqual(['synthetic: short']);
  });

  test('says which formats it skips', async () => {
    const other = { ...BAD, format: 'gguf' };
    expect(await filesParity.skips?.(sourceOf([GOOD, other, other]))).toEqual([
      '2 files of the format gguf are not read',
    ]);
    expect(await failed([other])).toEqual([]);
  });

  test('reads ONNX models where they have their links, and nothing else', async () => {
    const tensors = { w: { dtype: 'F32', shape: [1], count: 1, sum: 1.5, first: [1.5] } };
    const model = { file: 'onnx/a/model.onnx', format: 'onnx-external', why: '' };
    const inside = { ...model, expect: 'accept', tensors, setup: [{ symlink: 'onnx/a/w.bin', target: 'data.bin' }] };
    const outside = { ...model, expect: 'refuse', setup: [{ symlink: 'onnx/a/w.bin', target: '../data.bin' }] };
    const hard = { ...model, expect: 'refuse', setup: [{ hardlink: 'onnx/a/w.bin', target: 'onnx/data.bin' }] };
    for (const entry of [inside, outside, hard] as readonly FileEntry[]) {
      expect(await failed([entry])).toEqual([]);
      expect(await failed([{ ...entry, expect: entry.expect === 'accept' ? 'refuse' : 'accept' }])).toEqual([
        model.file,
      ]);
    }
    const away = { ...inside, setup: [{ symlink: '../away', target: '/' }] } as FileEntry;
    await expect(failed([away])).rejects.toThrow('../away');
  });
});
