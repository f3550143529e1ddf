import { formatShape, sizeOf, UngrainError, type Value } from '@ungrain/core';
import { quoted } from '../refusal.js';
import { bytesOfValue, bytesPerElement } from '../value-bytes.js';
import { DTYPE_NAMES } from './dtypes.js';
import { LARGEST_RANK, LENGTH_BYTES, LONGEST_HEADER, METADATA } from './limits.js';

/** To this many bytes headers are padded with spaces, so that every tensor is aligned to its elements. */
const ALIGNMENT = 8;

/**
 * Writes a safetensors file. The same tensors and metadata give the same bytes, in whatever order the maps hold them:
 * tensors of larger elements come first, those of one size by name.
 *
 * @throws UngrainError `unwritable-tensor` for what the reader would refuse: a name or metadata that is no well-formed
 * Unicode, the name `__metadata__`, a shape that does not fit its data, a header of more than 100 MB
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Value>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const ordered = [...tensors].sort(
    ([a, x], [b, y]) => bytesPerElement(y.dtype) - bytesPerElement(x.dtype) || compareNames(a, b),
  );
  const members: string[] = [];
  if (metadata.size > 0) members.push(`"${METADATA}":{${metadataMembers(metadata).join(',')}}`);
  let end = 0;
  for (const [name, value] of ordered) {
    const begin = end;
    end += value.data.byteLength;
    members.push(`${jsonName(name)}:${entry(name, value, begin, end)}`);
  }
  const header = padded(new TextEncoder().encode(`{${members.join(',')}}`));
  if (header.length > LONGEST_HEADER)
    throw unwritable(`The header would have ${header.length} bytes, more than the format's ${LONGEST_HEADER}.`);

  const bytes = new Uint8Array(LENGTH_BYTES + header.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, LENGTH_BYTES);
  let at = LENGTH_BYTES + header.length;
  for (const [, value] of ordered) {
    bytes.set(bytesOfValue(value), at);
    at += value.data.byteLength;
  }
  return bytes;
}

function entry(name: string, { dtype, data, shape }: Value, begin: number, end: number): string {
  if (name === METADATA) throw unwritable(`No tensor can be named ${METADATA}.`);
  if (sizeOf(shape) !== data.length || shape.length > LARGEST_RANK || !shape.every(Number.isSafeInteger))
    throw unwritable(`The tensor ${quoted(name)} of shape ${formatShape(shape)} has ${data.length} elements.`);
  return `{"dtype":"${DTYPE_NAMES.get(dtype)}","shape":[${shape.join(',')}],"data_offsets":[${begin},${end}]}`;
}

const metadataMembers = (metadata: ReadonlyMap<string, string>): readonly string[] =>
  [...metadata].sort(([a], [b]) => compareNames(a, b)).map(([key, value]) => `${jsonName(key)}:${jsonName(value)}`);

function jsonName(text: string): string {
  if (/\p{Surrogate}/u.test(text)) throw unwritable(`${quoted(text)} is no well-formed Unicode.`);
  return JSON.stringify(text);
}

/** By UTF-16 units: the same order everywhere, whatever the locale. */
const compareNames = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function padded(header: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.ceil(header.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  result.set(header);
  return result;
}

const unwritable = (message: string): UngrainError => new UngrainError('unwritable-tensor', message);
