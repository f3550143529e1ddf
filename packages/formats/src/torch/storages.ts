import type { DType } from '@ungrain/core';
import { quoted, type Refuse } from '../refusal.js';
import { byteLengthOf, copyOf } from '../value-bytes.js';
import type { Global } from './pickle-machine.js';

/** A storage type in PyTorch's pickles; null for one of bytes, whose elements the tensor names. */
export class StorageType implements Global {
  constructor(
    readonly name: string,
    readonly dtype: DType | null,
  ) {}
}

/** Those that there are, by their names in a pickle. */
export const STORAGE_TYPES: readonly StorageType[] = [
  new StorageType('torch DoubleStorage', 'float64'),
  new StorageType('torch FloatStorage', 'float32'),
  new StorageType('torch HalfStorage', 'float16'),
  new StorageType('torch BFloat16Storage', 'bfloat16'),
  new StorageType('torch LongStorage', 'int64'),
  new StorageType('torch IntStorage', 'int32'),
  new StorageType('torch ShortStorage', 'int16'),
  new StorageType('torch CharStorage', 'int8'),
  new StorageType('torch ByteStorage', 'uint8'),
  new StorageType('torch BoolStorage', 'bool'),
  new StorageType('torch.storage UntypedStorage', null),
];

/** A numpy-like run of elements that tensors are views of. */
export class Storage {
  constructor(
    readonly key: string,
    readonly type: StorageType,
    readonly count: number,
    readonly bytes: Uint8Array,
  ) {}
}

/**
 * The storages of a file, by their persistent ids `('storage', type, key, device, count)`. The device is ignored: all
 * data is read into memory.
 *
 * @param entryOf the bytes of the zip entry for a key
 */
export function createStorages(
  entryOf: (key: string) => Uint8Array | undefined,
  refuse: Refuse,
): (id: unknown) => Storage {
  const known = new Map<string, Storage>();
  return (id) => {
    if (!Array.isArray(id) || !Object.isFrozen(id) || id.length !== 5 || id[0] !== 'storage')
      return refuse('it refers to something that is no storage');
    const [, type, key, device, count] = id as readonly unknown[];
    if (!(type instanceof StorageType) || typeof key !== 'string' || typeof device !== 'string' || !isCount(count))
      return refuse('a storage of it has no proper type, key, device or length');
    const storage = known.get(key) ?? openStorage(key, type, count, entryOf, refuse);
    if (storage.type !== type || storage.count !== count)
      refuse(`it describes its storage ${quoted(key)} in two different ways`);
    known.set(key, storage);
    return storage;
  };
}

export const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function openStorage(
  key: string,
  type: StorageType,
  count: number,
  entryOf: (key: string) => Uint8Array | undefined,
  refuse: Refuse,
): Storage {
  const bytes = entryOf(key) ?? refuse(`its storage ${quoted(key)} is missing`);
  const length = byteLengthOf([count], type.dtype ?? 'uint8');
  if (bytes.length !== length)
    refuse(`its storage ${quoted(key)} has ${bytes.length} bytes, but ${count} elements take ${length ?? 'more'}`);
  // Copied at most once, and not for every tensor: views of an aligned storage are free.
  return new Storage(key, type, count, bytes.byteOffset % 8 === 0 ? bytes : copyOf(bytes));
}
