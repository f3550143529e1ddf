import { crc32 } from '@ungrain/core';
import { quoted, type Refuse } from '../refusal.js';
import { locateDirectory } from './directory.js';
import { HAS_DESCRIPTOR, readEntry, widen, type Entry } from './entry.js';

const LOCAL = 0x04034b50;
const LOCAL_BYTES = 30;
const DESCRIPTOR = 0x08074b50;

/**
 * The entries of a zip file by name, in the order of its directory. They share the memory of `bytes`.
 *
 * Only what PyTorch writes is read: entries that are stored, not compressed. Every byte has to be accounted for: local
 * headers, data, data descriptors and the directory follow each other without gaps or overlaps from the first byte to
 * the last, headers agree with the directory, checksums are right, and names are plain paths that occur once.
 * Source: APPNOTE.TXT 6.3.10, https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function readStoredZip(bytes: Uint8Array, refuse: Refuse): ReadonlyMap<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const directory = locateDirectory(view, refuse);
  const entries = new Map<string, Entry>();
  for (let at = directory.begin; at < directory.end;) {
    const { entry, next } = readEntry(view, at, directory.end, refuse);
    if (entries.has(entry.name)) refuse(`it has two entries ${quoted(entry.name)}`);
    entries.set(entry.name, entry);
    at = next;
  }
  if (entries.size !== directory.entries)
    refuse(`its end record counts ${directory.entries} entries, but its directory has ${entries.size}`);

  const data = new Map<string, Uint8Array>();
  let position = 0;
  for (const entry of [...entries.values()].sort((a, b) => a.offset - b.offset)) {
    const refuseEntry: Refuse = (reason) => refuse(`its entry ${quoted(entry.name)} ${reason}`);
    if (entry.offset !== position)
      refuseEntry(entry.offset < position ? 'overlaps the one before it' : 'begins after a gap');
    const { begin, end, next } = locateData(view, entry, directory.begin, refuseEntry);
    const content = bytes.subarray(begin, end);
    if (crc32(content) !== entry.crc) refuseEntry('does not match its checksum: the file is damaged');
    data.set(entry.name, content);
    position = next;
  }
  if (position !== directory.begin) refuse('bytes lie between its last entry and its directory');
  return new Map([...entries.keys()].map((name) => [name, data.get(name)!]));
}

/** Where an entry's data lies, and where the next local header begins. */
function locateData(view: DataView, { nameBytes, flags, crc, size, offset }: Entry, limit: number, refuse: Refuse) {
  if (offset + LOCAL_BYTES > limit || view.getUint32(offset, true) !== LOCAL) refuse('has no local header');
  const nameEnd = offset + LOCAL_BYTES + view.getUint16(offset + 26, true);
  const begin = nameEnd + view.getUint16(offset + 28, true);
  const end = begin + size;
  if (end > limit) refuse('reaches into the directory: the file is cut off or damaged');

  const localName = new Uint8Array(view.buffer, view.byteOffset + offset + LOCAL_BYTES, nameEnd - offset - LOCAL_BYTES);
  const sameName = localName.length === nameBytes.length && localName.every((byte, i) => byte === nameBytes[i]);
  const sameKind = view.getUint16(offset + 6, true) === flags && view.getUint16(offset + 8, true) === 0;
  const described = (flags & HAS_DESCRIPTOR) !== 0;
  const localCrc = view.getUint32(offset + 14, true);
  const narrow = [22, 18].map((field) => view.getUint32(offset + field, true));
  const unsaid = described && localCrc === 0 && narrow.every((one) => one === 0);
  const sameNumbers =
    unsaid || (localCrc === crc && widen(view, narrow, nameEnd, begin, refuse).every((one) => one === size));
  if (!sameName || !sameKind || !sameNumbers)
    refuse('is described otherwise by its local header than by the directory');
  return { begin, end, next: end + (described ? descriptorLength(view, end, limit, crc, size, refuse) : 0) };
}

/**
 * A data descriptor repeats checksum and sizes; its signature is optional, and its sizes may have 64 bits. Which of the
 * four forms it has is seen by what follows it: another local header, or the directory.
 */
function descriptorLength(
  view: DataView,
  at: number,
  limit: number,
  crc: number,
  size: number,
  refuse: Refuse,
): number {
  for (const signature of [4, 0])
    for (const width of [4, 8]) {
      const length = signature + 4 + 2 * width;
      if (at + length > limit || (signature > 0 && view.getUint32(at, true) !== DESCRIPTOR)) continue;
      const numbers = at + signature;
      const sizeAt = (position: number): number | bigint =>
        width === 4 ? view.getUint32(position, true) : view.getBigUint64(position, true);
      const isFollowed =
        at + length === limit || (at + length + 4 <= limit && view.getUint32(at + length, true) === LOCAL);
      const agrees = [numbers + 4, numbers + 4 + width].every((position) => sizeAt(position) == size);
      if (isFollowed && agrees && view.getUint32(numbers, true) === crc) return length;
    }
  return refuse('has a data descriptor that contradicts the directory');
}
