import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { UngrainError } from '@ungrain/core';
import { refusal } from '../refusal.js';
import { readStoredZip } from './read.js';
import { storedZip, type ZipOptions } from './testing/stored-zip.js';

const read = (bytes: Uint8Array): ReadonlyMap<string, Uint8Array> => readStoredZip(bytes, refusal('torch', 'a.pt'));
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

const names = fc.stringMatching(/^[a-z0-9_.]{0,4}[a-z0-9_](\/[a-zé0-9_]{1,4}){0,2}$/);
const archives = fc.uniqueArray(fc.tuple(names, fc.uint8Array({ maxLength: 40 })), {
  minLength: 1,
  maxLength: 4,
  selector: ([name]) => name,
});
const options: fc.Arbitrary<ZipOptions> = fc.record(
  {
    descriptors: fc.constantFrom<32 | 64>(32, 64),
    zip64: fc.boolean(),
    comment: fc.stringMatching(/^[a-z]{0,9}$/),
  },
  { requiredKeys: [] },
);

describe('readStoredZip', () => {
  test('reads what was written, in every way of writing it', () => {
    fc.assert(
      fc.property(archives, options, (entries, how) => {
        expect([...read(storedZip(new Map(entries), how))]).toEqual(entries);
      }),
    );
  });

  test('a changed byte is refused, or changes nothing', () => {
    fc.assert(
      fc.property(archives, options, fc.nat(), fc.integer({ min: 1, max: 255 }), (entries, how, place, change) => {
        const bytes = storedZip(new Map(entries), how);
        bytes[place % bytes.length]! ^= change;
        try {
          expect([...read(bytes)]).toEqual(entries);
        } catch (error) {
          if (!(error instanceof UngrainError)) throw error;
          expect(error.message).toMatch(/^a\.pt cannot be read as a PyTorch file: .+\.$/);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('every shorter or longer file is refused', () => {
    const bytes = storedZip(new Map([['a/b', text('content')]]), { zip64: true, descriptors: 64 });
    for (let length = 0; length < bytes.length; length++)
      expect(() => read(bytes.subarray(0, length))).toThrow(UngrainError);
    for (let length = 1; length < bytes.length; length++)
      expect(() => read(bytes.subarray(length))).toThrow(UngrainError);
    for (const extra of [text('\0'), bytes]) {
      expect(() => read(Uint8Array.of(...bytes, ...extra))).toThrow(UngrainError);
      expect(() => read(Uint8Array.of(...extra, ...bytes))).toThrow(UngrainError);
    }
  });

  test.each(['', '/a', 'a//b', 'a/', './a', 'a/../b', '..', 'a\\b', 'a\0b', 'a\nb', 'C:/a', 'c:a'])(
    'refuses the name %j',
    (name) => {
      expect(() => read(storedZip(new Map([[name, text('x')]])))).toThrow('no plain path');
    },
  );

  test('refuses a name that occurs twice', () => {
    const bytes = storedZip(
      new Map([
        ['a/1', text('x')],
        ['a/2', text('y')],
      ]),
    );
    for (let at = 0; at + 3 <= bytes.length; at++)
      if (Buffer.from(bytes.subarray(at, at + 3)).toString() === 'a/2') bytes[at + 2] = '1'.charCodeAt(0);
    expect(() => read(bytes)).toThrow('two entries "a/1"');
  });

  test('an end record within the comment is refused', () => {
    const bytes = storedZip(new Map([['a/b', text('x')]]), { comment: 'PK\x05\x06'.padEnd(22, '\0') });
    expect(() => read(bytes)).toThrow(UngrainError);
  });
});
