import { sizeOf, UngrainError, type Shape, type Value } from '@ungrain/core';
import { zipSync, type Zippable } from 'fflate';
import { bytesOfValue } from '../value-bytes.js';
import { STORAGE_TYPES, type StorageType } from './storages.js';

/** The zip library writes no larger ones. */
const MOST_BYTES = 2 ** 31;

/**
 * A dict of tensors as `torch.save` writes it (the container of PyTorch 1.6 and newer, its version 3), which `torch.load` reads
 * with `weights_only=True`.
 * @throws UngrainError `cannot-write-torch` for types that have no storage of their own, and beyond 2 GiB
 */
export function writeTorchFile(tensors: ReadonlyMap<string, Value>): Uint8Array {
  const pickle = [PROTOCOL, EMPTY_DICT, MARK];
  const data: Zippable = {};
  let total = 0;
  for (const [i, [name, value]] of [...tensors].entries()) {
    const bytes = bytesOfValue(value);
    total += bytes.length;
    if (total > MOST_BYTES) throw refused(`its tensors have more than ${MOST_BYTES} bytes`);
    const storage = STORAGE_TYPES.find(({ dtype }) => dtype === value.dtype);
    if (!storage) throw refused(`its tensor ${JSON.stringify(name)} is ${value.dtype}`);
    pickle.push(unicode(name), tensorPickle(storage, String(i), value.shape));
    data[`archive/data/${i}`] = bytes;
  }
  pickle.push(SET_ITEMS, STOP);
  const files: Zippable = {
    'archive/data.pkl': joined(pickle),
    'archive/byteorder': new TextEncoder().encode('little'),
    ...data,
    'archive/version': new TextEncoder().encode('3\n'),
  };
  return zipSync(files, { level: 0, mtime: EPOCH });
}

/** The same tensors give the same bytes: 1980 is the first year of zip's. */
const EPOCH = '1980-01-01T00:00:00';

const refused = (reason: string): UngrainError =>
  new UngrainError('cannot-write-torch', `This cannot be written as a PyTorch file: ${reason}.`, 'failure');

// The opcodes of pickle protocol 2 that a dict of tensors needs: Lib/pickletools.py of CPython.
const opcode = (...codes: readonly number[]): Uint8Array => Uint8Array.from(codes);
const text = (ascii: string): Uint8Array => new TextEncoder().encode(ascii);
const PROTOCOL = opcode(0x80, 2);
const EMPTY_DICT = text('}');
const EMPTY_TUPLE = text(')');
const MARK = text('(');
const TUPLE = text('t');
const SET_ITEMS = text('u');
const REDUCE = text('R');
const PERSISTENT_ID = text('Q');
const FALSE = opcode(0x89);
const STOP = text('.');
/** @param name `torch HalfStorage` */
const global = (name: string): Uint8Array => text(`c${name.replace(' ', '\n')}\n`);

/** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks), of a contiguous tensor. */
function tensorPickle(storage: StorageType, key: string, shape: Shape): Uint8Array {
  const strides = shape.map((_, i) => sizeOf(shape.slice(i + 1)));
  return joined([
    ...[global('torch._utils _rebuild_tensor_v2'), MARK],
    ...[MARK, unicode('storage'), global(storage.name), unicode(key), unicode('cpu'), integer(sizeOf(shape)), TUPLE],
    ...[PERSISTENT_ID, integer(0), tuple(shape), tuple(strides), FALSE],
    ...[global('collections OrderedDict'), EMPTY_TUPLE, REDUCE],
    ...[TUPLE, REDUCE],
  ]);
}

const tuple = (values: readonly number[]): Uint8Array => joined([MARK, ...values.map(integer), TUPLE]);

/** BININT: sizes stay below 2³¹, as all tensors together do. */
const integer = (value: number): Uint8Array => joined([text('J'), int32(value)]);

function unicode(value: string): Uint8Array {
  const bytes = new TextEncoder().encode(value);
  return joined([text('X'), int32(bytes.length), bytes]);
}

function int32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value, true);
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
