import { storedZip } from '../../zip/testing/stored-zip.js';

type Part = string | number | Uint8Array;

/** Bytes from opcodes as characters, numbers as single bytes, and pieces. */
export const bytesOf = (...parts: readonly Part[]): Uint8Array =>
  new Uint8Array(
    Buffer.concat(
      parts.map((part) =>
        typeof part === 'number' ? Uint8Array.of(part) : typeof part === 'string' ? Buffer.from(part, 'latin1') : part,
      ),
    ),
  );

export const int32 = (value: number): Uint8Array => new Uint8Array(Int32Array.of(value).buffer);

/** A text in a pickle. */
export const unicode = (text: string): Uint8Array => {
  const bytes = new TextEncoder().encode(text);
  return bytesOf('X', int32(bytes.length), bytes);
};

/** Whole numbers as a tuple in a pickle; beyond 32 bits as LONG1. */
export const tuple = (values: readonly number[]): Uint8Array => bytesOf('(', ...values.map(integer), 't');

export const integer = (value: number): Uint8Array =>
  Number.isInteger(value) && Math.abs(value) < 2 ** 31
    ? bytesOf('J', int32(value))
    : bytesOf(0x8a, 8, new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));

export interface TensorPickle {
  readonly type?: string;
  readonly key?: string;
  readonly count: number;
  readonly offset?: number;
  readonly size: readonly number[];
  readonly stride: readonly number[];
}

/** A tensor as torch.save writes it. */
export const tensorPickle = ({ type = 'Float', key = '0', count, offset = 0, size, stride }: TensorPickle) =>
  bytesOf(
    `ctorch._utils\n_rebuild_tensor_v2\n((`,
    unicode('storage'),
    `ctorch\n${type}Storage\n`,
    unicode(key),
    unicode('cpu'),
    integer(count),
    'tQ',
    integer(offset),
    tuple(size),
    tuple(stride),
    0x89,
    'ccollections\nOrderedDict\n)RtR',
  );

/** A file with this pickle, without its protocol and STOP. */
export const torchFile = (
  pickle: Uint8Array,
  data: Readonly<Record<string, Uint8Array>> = {},
  others: Readonly<Record<string, string>> = { version: '3\n', byteorder: 'little' },
): Uint8Array =>
  storedZip(
    new Map([
      ['archive/data.pkl', bytesOf(0x80, 2, pickle, '.')],
      ...Object.entries(data).map(([key, bytes]) => [`archive/data/${key}`, bytes] as const),
      ...Object.entries(others).map(([name, text]) => [`archive/${name}`, bytesOf(text)] as const),
    ]),
    { descriptors: 32, zip64: true },
  );

/** A file that holds one dict. */
export const dictFile = (items: readonly Uint8Array[], data: Readonly<Record<string, Uint8Array>> = {}): Uint8Array =>
  torchFile(bytesOf('}(', ...items, 'u'), data);
