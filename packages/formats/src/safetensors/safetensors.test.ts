import { describe, expect, test } from '@jest/globals';
import { sizeOf, UngrainError, type Value } from '@ungrain/core';
import fc from 'fast-check';
import { bytesOfValue, bytesPerElement, valueOverBytes } from '../value-bytes.js';
import { DTYPE_NAMES } from './dtypes.js';
import { readSafetensorsHeader, safetensorsHeaderLength } from './header.js';
import { readSafetensors } from './read.js';
import { writeSafetensors } from './write.js';

/** A file from its header and data. */
function fileOf(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const encoded = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + encoded.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  bytes.set(data, 8 + encoded.length);
  return bytes;
}

const floats = (...numbers: number[]) => new Uint8Array(Float32Array.from(numbers).buffer);
const refused = (reason: RegExp): unknown =>
  expect.objectContaining({ code: 'bad-safetensors', kind: 'failure', message: expect.stringMatching(reason) });

const anyName = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  .filter((name) => name !== '__metadata__' && !/\p{Surrogate}/u.test(name));
const anyShape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const anyValue: fc.Arbitrary<Value> = fc
  .record({ dtype: fc.constantFrom(...DTYPE_NAMES.keys()), shape: anyShape })
  .chain(({ dtype, shape }) => {
    const bytes = sizeOf(shape) * bytesPerElement(dtype);
    return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((data) => valueOverBytes(dtype, data, shape));
  });
const anyTensors = fc.array(fc.tuple(anyName, anyValue), { maxLength: 6 }).map((entries) => new Map(entries));
const anyMetadata = fc.array(fc.tuple(anyName, anyName), { maxLength: 3 }).map((entries) => new Map(entries));

/** Values compared by their bytes, for the NaNs among them. */
const withBytes = (tensors: ReadonlyMap<string, Value>) =>
  new Map([...tensors].map(([name, value]) => [name, [value.dtype, value.shape, [...bytesOfValue(value)]]]));

describe('writing and reading', () => {
  test('gives back every dtype, name, shape and metadata', () => {
    fc.assert(
      fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
        const bytes = writeSafetensors(tensors, metadata);
        const read = readSafetensors(bytes);
        expect(withBytes(read.tensors)).toEqual(withBytes(tensors));
        expect(new Map(read.metadata)).toEqual(metadata);
        for (const { begin, dtype } of readSafetensorsHeader(bytes).tensors.values())
          expect(begin % bytesPerElement(dtype)).toBe(0);
      }),
    );
  });

  test('does not depend on the order of the maps', () => {
    fc.assert(
      fc.property(anyTensors, anyMetadata, (tensors, metadata) => {
        const reversed = writeSafetensors(new Map([...tensors].reverse()), new Map([...metadata].reverse()));
        expect(reversed).toEqual(writeSafetensors(tensors, metadata));
      }),
    );
  });

  test('writes what the reference library reads', () => {
    const value: Value = { dtype: 'float32', data: Float32Array.of(1.5), shape: [1] };
    const text = new TextDecoder('latin1').decode(writeSafetensors(new Map([['w', value]]), new Map([['a', 'b']])));
    expect(text).toBe(
      '\x50\0\0\0\0\0\0\0{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} \0\0\xc0\x3f',
    );
  });

  test.each<[string, string, Value]>([
    ['the name of the metadata', '__metadata__', { dtype: 'uint8', data: new Uint8Array(1), shape: [] }],
    ['half a surrogate pair', 'a\ud800', { dtype: 'uint8', data: new Uint8Array(1), shape: [] }],
    ['a shape that does not fit', 'a', { dtype: 'uint8', data: new Uint8Array(1), shape: [2] }],
  ])('refuses to write %s', (_, name, value) => {
    expect(() => writeSafetensors(new Map([[name, value]]))).toThrow(
      expect.objectContaining({ code: 'unwritable-tensor' }),
    );
  });
});

describe('readSafetensors', () => {
  test('copies tensors that are not aligned, and from a Buffer too', () => {
    const file = fileOf(
      '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"F32","shape":[2],"data_offsets":[3,11]}}',
      Uint8Array.of(1, 2, 3, ...floats(0.5, -4)),
    );
    for (let offset = 0; offset < 8; offset++) {
      const shifted = new Uint8Array(file.length + offset);
      shifted.set(file, offset);
      for (const bytes of [shifted.subarray(offset), Buffer.from(shifted.buffer, offset)])
        expect(readSafetensors(bytes).tensors.get('b')?.data).toEqual(Float32Array.of(0.5, -4));
    }
  });

  test('takes names as data', () => {
    const names = ['__proto__', 'constructor', '', '../../etc/evil', 'a\0b', '層.0'];
    const entries = names.map(
      (name, i) => `${JSON.stringify(name)}:{"dtype":"U8","shape":[],"data_offsets":[${i},${i + 1}]}`,
    );
    const { tensors } = readSafetensors(fileOf(`{${entries.join(',')}}`, new Uint8Array(names.length)));
    expect([...tensors.keys()]).toEqual(names);
    expect({}).not.toHaveProperty('dtype');
  });

  test('names the file in its errors', () => {
    expect(() => readSafetensors(new Uint8Array(0), { file: 'weights.safetensors' })).toThrow(/^weights\.safetensors /);
  });

  const entry = '"dtype":"F32","shape":[2],"data_offsets":[0,8]';
  const data = floats(1, 2);
  test('accepts the file that the refused ones below are variations of', () => {
    expect(readSafetensors(fileOf(`{"w":{${entry}}} \n`, data)).tensors.size).toBe(1);
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['no header length', new Uint8Array(7), /fewer than the 8/],
    ['a header longer than the file', fileOf('{}').subarray(0, 9), /more than the file has/],
    ['a header of more than 100 MB', Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b), /claims 100000001 bytes/],
    ['a length beyond 2^63', Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d), /claims 9223372036854775810 bytes/],
    ['an empty header', fileOf('', data), /does not begin with '\{'/],
    ['leading white space', fileOf(` {"w":{${entry}}}`, data), /does not begin with '\{'/],
    ['a byte order mark', fileOf(`\ufeff{"w":{${entry}}}`, data), /does not begin with '\{'/],
    ['a header that is no UTF-8', fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)), /not UTF-8/],
    ['a list', fileOf('[]'), /does not begin with '\{'/],
    ['a second object', fileOf(`{"w":{${entry}}}{}`, data), /something follows/],
    ['padding with zeros', fileOf(`{"w":{${entry}}}\0`, data), /something follows/],
    ['a comma too many', fileOf(`{"w":{${entry}},}`, data), /no JSON at character/],
    ['a missing brace', fileOf(`{"w":{${entry}}`, data), /ends too early/],
    ['an unfinished string', fileOf('{"w'), /invalid string/],
    ['a raw control character', fileOf(`{"w\n":{${entry}}}`, data), /invalid string/],
    ['an unknown escape', fileOf(`{"\\x":{${entry}}}`, data), /invalid string/],
    ['half a surrogate pair', fileOf(`{"\\ud800":{${entry}}}`, data), /half a surrogate pair/],
    ['a name twice', fileOf(`{"w":{${entry}},"\\u0077":{${entry}}}`, data), /the key "w" twice/],
    ['a field twice', fileOf(`{"w":{"dtype":"F32",${entry}}}`, data), /the key "dtype" twice/],
    ['an unknown field', fileOf(`{"w":{${entry},"x":1}}`, data), /unknown field "x"/],
    ['fields on __proto__', fileOf(`{"w":{"__proto__":1}}`, data), /unknown field "__proto__"/],
    ['an entry that is no object', fileOf('{"w":1}'), /no object/],
    ['metadata that is no string', fileOf('{"__metadata__":{"step":1}}'), /metadata "step" is no string/],
    ['metadata that is a list', fileOf('{"__metadata__":[]}'), /metadata is no object/],
    [
      'an unknown dtype',
      fileOf('{"w":{"dtype":"toString","shape":[],"data_offsets":[0,0]}}'),
      /unknown dtype "toString"/,
    ],
    ['no shape', fileOf('{"w":{"dtype":"F32","data_offsets":[0,8]}}', data), /shape of "w"/],
    ['one offset', fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[8]}}', data), /offsets of "w"/],
    ['a shape that does not fit', fileOf('{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}', data), /takes 12/],
    [
      'an overflowing shape',
      fileOf('{"w":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'),
      /more than 2\^53/,
    ],
    ['a hole', fileOf(`{"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`, data), /with a hole/],
    ['shared bytes', fileOf(`{"v":{${entry}},"w":{${entry}}}`, data), /"w" begins within/],
    ['bytes that follow', fileOf(`{"w":{${entry}}}`, floats(1, 2, 3)), /4 bytes follow/],
    ['missing bytes', fileOf(`{"w":{${entry}}}`, floats(1)), /only \d+ bytes/],
    ['deep nesting', fileOf('{"a":'.repeat(50_000)), /nested too deeply/],
    ['deep lists', fileOf(`{"a":${'['.repeat(50_000)}`), /nested too deeply/],
    ['a rank of 100,000', fileOf(`{"a":{"shape":[${'1,'.repeat(99_999)}1]}}`), /more than 64 items/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => readSafetensors(bytes)).toThrow(refused(reason));
  });

  test.each(['8.0', '8e0', '-0', '-8', '08', '0x8', '1e400', '9007199254740993', '9'.repeat(2000)])(
    'refuses the number %s, which JSON.parse would take or round',
    (number) => {
      const header = `{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,${number}]}}`;
      expect(() => readSafetensors(fileOf(header, data))).toThrow(refused(/number|no JSON/));
    },
  );

  test('throws nothing but UngrainErrors, whatever the bytes', () => {
    const valid = writeSafetensors(
      new Map<string, Value>([
        ['a', { dtype: 'float32', data: Float32Array.of(1, 2, 3), shape: [3] }],
        ['b', { dtype: 'int64', data: BigInt64Array.of(1n), shape: [] }],
      ]),
      new Map([['k', 'v']]),
    );
    const corrupted = fc
      .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = valid.slice();
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    const cut = fc.nat(valid.length - 1).map((length) => valid.slice(0, length));
    const json = fc.json({ maxDepth: 4 }).map((text) => fileOf(text));
    fc.assert(
      fc.property(fc.oneof(corrupted, cut, json, fc.uint8Array({ maxLength: 64 })), (bytes) => {
        try {
          readSafetensors(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(UngrainError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe('readSafetensorsHeader', () => {
  const file = fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', floats(1, 2));
  const end = safetensorsHeaderLength(file.subarray(0, 8));

  test('says where tensors lie from the beginning of a file', () => {
    const { tensors } = readSafetensorsHeader(file.subarray(0, end), { fileLength: file.length });
    expect(tensors.get('w')).toEqual({ dtype: 'float32', shape: [2], begin: end, end: end + 8 });
  });

  test('asks for more if the beginning is too short', () => {
    expect(() => readSafetensorsHeader(file.subarray(0, end - 1), { fileLength: file.length })).toThrow(
      expect.objectContaining({ code: 'prefix-too-short' }),
    );
  });
});
