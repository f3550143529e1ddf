import { describe, expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import fc from 'fast-check';
import { readIdx } from './idx.js';

/** A file from its type, dimensions and elements. */
const fileOf = (type: number, dimensions: readonly number[], data: readonly number[]): Uint8Array =>
  Uint8Array.from([
    ...[0, 0, type, dimensions.length],
    ...dimensions.flatMap((size) => [24, 16, 8, 0].map((shift) => (size >>> shift) & 255)),
    ...data,
  ]);

const refused = (reason: RegExp): unknown =>
  expect.objectContaining({ code: 'bad-idx', kind: 'failure', message: expect.stringMatching(reason) });

describe('readIdx', () => {
  test('reads images and labels', () => {
    expect(readIdx(fileOf(8, [1, 2, 2], [1, 2, 3, 4]), { role: 'images' })).toEqual({
      dtype: 'uint8',
      data: Uint8Array.of(1, 2, 3, 4),
      shape: [1, 2, 2],
    });
    expect(readIdx(fileOf(8, [2], [9, 0]), { role: 'labels' }).data).toEqual(Uint8Array.of(9, 0));
    expect(readIdx(fileOf(8, [0, 28, 28], []), { role: 'images' }).shape).toEqual([0, 28, 28]);
  });

  test.each([
    [0x09, [0xff], Int8Array.of(-1)],
    [0x0b, [0xff, 0xfe], Int16Array.of(-2)],
    [0x0c, [0, 0, 1, 2], Int32Array.of(258)],
    [0x0d, [0x3f, 0xc0, 0, 0], Float32Array.of(1.5)],
    [0x0e, [0x3f, 0xf8, 0, 0, 0, 0, 0, 0], Float64Array.of(1.5)],
  ])('reads big-endian elements of type %d', (type, bytes, data) => {
    const file = fileOf(type, [1], bytes);
    expect(readIdx(file).data).toEqual(data);
    expect(readIdx(Buffer.from(file)).data).toEqual(data);
    expect(file).toEqual(fileOf(type, [1], bytes));
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(0), /only 0 bytes/],
    ['missing dimensions', fileOf(8, [1, 2], []).subarray(0, 9), /within its dimensions/],
    ['a missing byte', fileOf(8, [2], [1]), /takes 2 bytes, but 1/],
    ['a byte too many', fileOf(8, [2], [1, 2, 3]), /takes 2 bytes, but 3/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8, 0), /compressed by gzip/],
    ['other magic bytes', Uint8Array.of(0x3c, 0x68, 0x74, 0x6d), /two zero bytes/],
    ['an undefined type', fileOf(10, [1], [1]), /element type 10/],
    ['no dimensions', fileOf(8, [], [1]), /0 dimensions/],
    ['255 dimensions', fileOf(8, Array<number>(255).fill(1), [1]), /255 dimensions/],
    ['sizes that overflow', fileOf(8, [0xffffffff, 0xffffffff, 0xffffffff], [1]), /more than 2\^53/],
    ['nothing, times sizes that overflow', fileOf(8, [0, 0xffffffff, 0xffffffff], []), /more than 2\^53/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => readIdx(bytes, { file: 'train-images' })).toThrow(refused(reason));
    expect(() => readIdx(bytes, { file: 'train-images' })).toThrow(/^train-images /);
  });

  test('refuses files of another role', () => {
    expect(() => readIdx(fileOf(8, [1], [1]), { role: 'images' })).toThrow(refused(/images are bytes in 3 dimensions/));
    expect(() => readIdx(fileOf(8, [1, 1, 1], [1]), { role: 'labels' })).toThrow(
      refused(/labels are bytes in 1 dimension,/),
    );
    expect(() => readIdx(fileOf(9, [1], [1]), { role: 'labels' })).toThrow(refused(/not int8/));
    expect(() => readIdx(fileOf(8, [2], [1, 10]), { role: 'labels' })).toThrow(
      refused(/label 1 is 10, not one of 0 … 9/),
    );
    expect(readIdx(fileOf(8, [2], [1, 10]), { role: 'labels', classes: 11 }).shape).toEqual([2]);
  });

  test('throws nothing but UngrainErrors, whatever the bytes', () => {
    const header = fc.tuple(fc.constantFrom(8, 9, 11, 12, 13, 14), fc.array(fc.nat(3), { maxLength: 3 }));
    const nearlyValid = fc
      .tuple(header, fc.array(fc.nat(255), { maxLength: 40 }))
      .map(([[type, dimensions], data]) => fileOf(type, dimensions, data));
    fc.assert(
      fc.property(
        fc.oneof(nearlyValid, fc.uint8Array()),
        fc.constantFrom('images', 'labels', undefined),
        (bytes, role) => {
          try {
            readIdx(bytes, role ? { role } : {});
          } catch (error) {
            expect(error).toBeInstanceOf(UngrainError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
