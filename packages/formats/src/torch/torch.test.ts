import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UngrainError, type Value } from '@ungrain/core';
import { toFloat32 } from '../narrow-floats.js';
import { OPCODES } from './opcodes.js';
import { readStateDict, readTorchFile } from './read.js';
import {
  bytesOf,
  dictFile,
  int32,
  integer,
  tensorPickle,
  torchFile,
  tuple,
  unicode,
  type TensorPickle,
} from './testing/torch-file.js';
import type { TorchData } from './tree.js';

const floats = (...values: readonly number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
const FOUR = { '0': floats(1, 2, 3, 4) };
const X = tensorPickle({ count: 4, size: [2, 2], stride: [2, 1] });

/** By its own code, whatever the reason; anything else is a crash. */
function refused(bytes: Uint8Array): string | null {
  try {
    readTorchFile(bytes, { file: 'a.pt' });
    return null;
  } catch (error) {
    if (!(error instanceof UngrainError) || error.code !== 'bad-torch') throw error;
    expect(error.message).toMatch(/^a\.pt cannot be read as a PyTorch file: [^\n]{1,400}\.$/);
    return error.message;
  }
}

describe('a checkpoint that torch.save wrote', () => {
  const checkpoint = readTorchFile(readFileSync(new URL('./testing/checkpoint.pt', import.meta.url)));
  const at = (...path: readonly (string | number)[]): TorchData =>
    path.reduce((data, key) => (data as ReadonlyMap<string | number, TorchData>).get(key)!, checkpoint);
  const numbers = (...path: readonly (string | number)[]): readonly number[] => [
    ...toFloat32(at(...path) as Value).data,
  ];

  test('plain data', () => {
    expect(at('epoch')).toBe(3);
    expect(at('loss')).toBe(0.125);
    expect(at('seed')).toBe(2n ** 63n - 1n);
    expect(at('note')).toBe('größer');
    expect(at('history')).toEqual([1, 0.5, true, null, [-2, 70_000]]);
    expect(at('optimizer', 'param_groups')).toEqual([expect.any(Map)]);
  });

  test('tensors of every element type', () => {
    for (const [name, value] of at('dtypes') as ReadonlyMap<string, Value>) {
      expect([name, value.dtype]).toEqual([name, name]);
      expect([...toFloat32(value).data]).toEqual([0, 1, 1]);
    }
    expect((at('dtypes') as ReadonlyMap<string, Value>).size).toBe(15);
  });

  test('views, a module with _metadata, a parameter and the optimizer', () => {
    expect(numbers('views', 'transposed')).toEqual([0, 3, 1, 4, 2, 5]);
    expect(numbers('views', 'last row')).toEqual([3, 4, 5]);
    expect(numbers('views', 'expanded')).toEqual([0, 0, 0]);
    expect([...(at('model') as ReadonlyMap<string, Value>).keys()]).toEqual(['weight', 'bias']);
    expect(numbers('parameter')).toEqual([1, 1]);
    expect(numbers('optimizer', 'state', 0, 'exp_avg').length).toBe(2);
  });
});

describe('readStateDict', () => {
  test('shares the memory of the file where it can', () => {
    const file = dictFile([unicode('x'), X], FOUR);
    const x = readStateDict(file).get('x')!;
    expect(x).toEqual({ dtype: 'float32', data: Float32Array.of(1, 2, 3, 4), shape: [2, 2] });
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['a bare tensor', torchFile(X, FOUR), /no dict/],
    ['other data', dictFile([unicode('lr'), integer(1)]), /"lr" is no tensor/],
    ['a number as name', dictFile([integer(1), X], FOUR), /key 1 is no name/],
  ])('refuses %s', (_, file, reason) => {
    expect(() => readStateDict(file)).toThrow(reason);
  });
});

describe('readTorchFile refuses', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['a class', dictFile([unicode('x'), bytesOf('cos\nsystem\n')]), /names "os\.system"/],
    ['a class of the table as data', dictFile([unicode('x'), bytesOf('ctorch\nFloatStorage\n')]), /a class/],
    ['a storage type of an Object', dictFile([unicode('x'), bytesOf('ctorch\n__proto__\n')]), /names "torch/],
    ['calls of plain data', torchFile(bytesOf('}R')), /cannot be called|not there/],
    ['a list as a shape', dictFile([unicode('x'), bytesOf(X.subarray(0, -40), ']](tR')], FOUR), /.+/],
    ['another byte order', torchFile(bytesOf('}'), {}, { version: '3\n', byteorder: 'big' }), /byte order/],
    ['no version', torchFile(bytesOf('}'), {}, {}), /version/],
    ['a version to come', torchFile(bytesOf('}'), {}, { version: '11\n' }), /version/],
    ['TorchScript', torchFile(bytesOf('}'), {}, { version: '3\n', 'constants.pkl': 'x' }), /TorchScript/],
    ['the old format', bytesOf(0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20), /before 1\.6/],
    ['something else', bytesOf('<!DOCTYPE html>'), /does not begin as the zip/],
    ['itself', torchFile(bytesOf(']q', 0, 'h', 0, 'a')), /holds itself/],
    ['too deep a nest', torchFile(bytesOf(')', ...new Array<number>(50_000).fill(0x85))), /nests deeper/],
    ['a missing storage', dictFile([unicode('x'), X]), /"0" is missing/],
    ['a storage of another length', dictFile([unicode('x'), X], { '0': floats(1, 2, 3) }), /12 bytes/],
    [
      'one storage with two types',
      dictFile([unicode('x'), X, unicode('y'), tensorPickle({ type: 'Int', count: 4, size: [4], stride: [1] })], FOUR),
      /two different ways/,
    ],
    [
      'a key that is a path',
      dictFile([unicode('x'), tensorPickle({ key: '../version', count: 2, size: [2], stride: [1] })]),
      /missing/,
    ],
  ])('%s', (_, file, reason) => {
    expect(refused(file)).toMatch(reason);
  });
});

test('a view is what its strides say, or refused', () => {
  const small = fc.integer({ min: -1, max: 5 });
  const views = fc.integer({ min: 0, max: 3 }).chain((rank) =>
    fc.record({
      offset: small,
      size: fc.array(small, { minLength: rank, maxLength: rank }),
      stride: fc.array(small, { minLength: rank, maxLength: rank }),
    }),
  );
  fc.assert(
    fc.property(views, (view) => {
      const file = dictFile([unicode('x'), tensorPickle({ count: 4, ...view })], FOUR);
      const indices = indicesOf(view);
      const sound =
        [view.offset, ...view.size, ...view.stride].every((n) => n >= 0) &&
        view.offset <= 4 &&
        indices.every((i) => i < 4);
      if (!sound) return expect(refused(file)).not.toBeNull();
      const x = readStateDict(file).get('x')!;
      expect([...(x.data as Float32Array)]).toEqual(indices.map((i) => i + 1));
      expect(x.shape).toEqual(view.size);
    }),
    { numRuns: 200 },
  );
});

/** The positions of a view's elements in its storage. */
const indicesOf = ({ offset = 0, size, stride }: Pick<TensorPickle, 'offset' | 'size' | 'stride'>): number[] =>
  size.reduce<number[]>(
    (starts, n, axis) =>
      starts.flatMap((start) => Array.from({ length: Math.max(0, n) }, (_, i) => start + i * stride[axis]!)),
    [offset],
  );

describe('what was made to harm readers', () => {
  test('changed pickles are read or refused', () => {
    const pickle = bytesOf(
      '}q',
      0,
      '(',
      unicode('x'),
      X,
      unicode('n'),
      bytesOf(']q', 1, '(K', 1, 'Nej', int32(1), 'a'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(pickle.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(pickle.length),
        (changes, cut) => {
          const bytes = pickle.slice(0, changes.length > 3 ? cut : undefined);
          for (const [place, byte] of changes) if (place < bytes.length) bytes[place] = byte;
          refused(torchFile(bytes, FOUR));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('programs of known opcodes are read or refused', () => {
    const pieces = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...OPCODES.keys()).map((opcode) => Uint8Array.of(opcode)) },
      fc.constantFrom(X, unicode('x'), tuple([2]), bytesOf('ccollections\nOrderedDict\n'), bytesOf('q', 0)),
      fc.uint8Array({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (program) => void refused(torchFile(bytesOf(...program), FOUR))),
      { numRuns: 200 },
    );
  });

  const MB = 1_000_000;
  const flood = (piece: Uint8Array, times: number): Uint8Array => {
    const bytes = new Uint8Array(piece.length * times);
    for (let at = 0; at < bytes.length; at += piece.length) bytes.set(piece, at);
    return bytes;
  };

  test.each<[string, Uint8Array]>([
    ['marks', flood(bytesOf('('), 0.2 * MB)],
    ['dicts on the stack', flood(bytesOf('}'), 0.2 * MB)],
    ['a name of a megabyte', bytesOf('c', flood(bytesOf('a'), 0.2 * MB))],
    ['names that are too long', flood(bytesOf('c', 'a'.repeat(99)), 2000)],
    ['a text that is not there', bytesOf('X', int32(-1), 'x')],
    ['an integer that is not there', bytesOf(0x8a, 255)],
    ['shared pairs', bytesOf(')', flood(bytesOf('q', 0, 'h', 0, 0x86), 60))],
    ['a view of 2^40 elements', dictItem({ count: 4, size: [2 ** 20, 2 ** 20], stride: [0, 0] })],
    ['a view of 2^62 elements', dictItem({ count: 4, size: [2 ** 52, 2 ** 10], stride: [0, 0] })],
    ['strides whose product is rounded', dictItem({ count: 4, size: [2, 2 ** 52], stride: [2 ** 52, 2 ** 52] })],
    ['a storage of 2^52 elements', dictItem({ count: 2 ** 52, size: [1], stride: [1] })],
    [
      'one tensor copied over and over',
      bytesOf(
        '](',
        tensorPickle({ count: 4, size: [1000, 4], stride: [0, 1] }).subarray(0, -1),
        'q',
        0,
        'R',
        flood(bytesOf('ctorch._utils\n_rebuild_tensor_v2\nh', 0, 'R'), 2000),
        'e',
      ),
    ],
  ])('%s', (_, pickle) => {
    const file = torchFile(pickle, FOUR);
    const started = performance.now();
    expect(refused(file)).not.toBeNull();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('names such as __proto__ are only names', () => {
    const { x } = {} as { readonly x?: unknown };
    const file = dictFile([unicode('__proto__'), X, unicode('constructor'), X], FOUR);
    expect([...readStateDict(file).keys()]).toEqual(['__proto__', 'constructor']);
    expect(x).toBeUndefined();
  });
});

function dictItem(tensor: TensorPickle): Uint8Array {
  return bytesOf('}', unicode('x'), tensorPickle(tensor), 's');
}
