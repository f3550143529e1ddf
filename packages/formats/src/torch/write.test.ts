import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Value } from '@ungrain/core';
import { readTorchFile } from './read.js';
import { writeTorchFile } from './write.js';

const values: fc.Arbitrary<Value> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
  const size = shape.reduce((product, length) => product * length, 1);
  const of = <A>(make: (numbers: readonly number[]) => A) =>
    fc.array(fc.integer({ min: 0, max: 100 }), { minLength: size, maxLength: size }).map(make);
  return fc.oneof(
    of((numbers): Value => ({ dtype: 'float32', data: Float32Array.from(numbers), shape })),
    of((numbers): Value => ({ dtype: 'float16', data: Uint16Array.from(numbers), shape })),
    of((numbers): Value => ({ dtype: 'int64', data: BigInt64Array.from(numbers, BigInt), shape })),
    of((numbers): Value => ({ dtype: 'uint8', data: Uint8Array.from(numbers), shape })),
  );
});

test('what is written is read again, whatever the tensors are called', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), values), (dict) => {
      const tensors = new Map(Object.entries(dict));
      const read = readTorchFile(writeTorchFile(tensors)) as ReadonlyMap<string, Value>;
      expect([...read.keys()]).toEqual([...tensors.keys()]);
      for (const [name, { dtype, data, shape }] of tensors) expect(read.get(name)).toEqual({ dtype, data, shape });
    }),
  );
});

test('the same tensors give the same bytes; types that PyTorch has no storage of are refused', () => {
  const tensors = new Map<string, Value>([['w', { dtype: 'float32', data: Float32Array.of(1, 2), shape: [2] }]]);
  expect(writeTorchFile(tensors)).toEqual(writeTorchFile(tensors));
  const wide = new Map<string, Value>([['w', { dtype: 'uint64', data: BigUint64Array.of(1n), shape: [1] }]]);
  expect(() => writeTorchFile(wide)).toThrow('cannot be written as a PyTorch file: its tensor "w" is uint64.');
});
