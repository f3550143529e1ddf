import { quoted, type Refuse } from '../refusal.js';
import { decodeUtf8 } from '../utf8.js';
import { numberAt } from './directory.js';

const CENTRAL = 0x02014b50;
const CENTRAL_BYTES = 46;
const ZIP64_EXTRA = 1;
const ELSEWHERE = 0xffffffff;
/** Sizes and checksum stand behind the data (bit 3), and the name is UTF-8 (bit 11); nothing else is allowed. */
export const HAS_DESCRIPTOR = 0x0008;
const ALLOWED_FLAGS = HAS_DESCRIPTOR | 0x0800;
/** The kind of file in Unix's mode, in the upper half of the external attributes. */
const FILE_KIND = 0xf000;
const REGULAR_FILE = 0x8000;

/** An entry as the central directory describes it. */
export interface Entry {
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly flags: number;
  readonly crc: number;
  /** Stored, so compressed and uncompressed. */
  readonly size: number;
  /** Of its local header. */
  readonly offset: number;
}

/** Reads the entry at `at`, and says where the next one begins. */
export function readEntry(
  view: DataView,
  at: number,
  end: number,
  refuse: Refuse,
): { readonly entry: Entry; readonly next: number } {
  if (at + CENTRAL_BYTES > end || view.getUint32(at, true) !== CENTRAL) refuse('its directory is damaged');
  const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
    number,
    number,
    number,
  ];
  const nameEnd = at + CENTRAL_BYTES + nameLength;
  const next = nameEnd + extraLength + commentLength;
  if (next > end) refuse('its directory is damaged');
  const nameBytes = new Uint8Array(view.buffer, view.byteOffset + at + CENTRAL_BYTES, nameLength);
  const name = readName(nameBytes, refuse);
  const refuseEntry: Refuse = (reason) => refuse(`its entry ${quoted(name)} ${reason}`);

  const flags = view.getUint16(at + 8, true);
  if (flags & ~ALLOWED_FLAGS) refuseEntry('is encrypted, or of a kind that is unknown here');
  const method = view.getUint16(at + 10, true);
  if (method !== 0) refuseEntry(`is compressed (method ${method}); PyTorch stores its entries as they are`);
  if (view.getUint16(at + 34, true) !== 0) refuseEntry('lies in another part of several');
  const kind = (view.getUint32(at + 38, true) >>> 16) & FILE_KIND;
  if (kind !== 0 && kind !== REGULAR_FILE) refuseEntry('is marked as a link or a folder');

  const narrow = [24, 20, 42].map((field) => view.getUint32(at + field, true));
  const [size, compressed, offset] = widen(view, narrow, nameEnd, nameEnd + extraLength, refuseEntry);
  if (compressed !== size) refuseEntry('has two sizes although it is not compressed');
  return { entry: { name, nameBytes, flags, crc: view.getUint32(at + 16, true), size: size!, offset: offset! }, next };
}

/** Names never become paths, but files with such names were made to harm other readers. */
function readName(bytes: Uint8Array, refuse: Refuse): string {
  const name = decodeUtf8(bytes) ?? refuse('the name of an entry is not UTF-8');
  // eslint-disable-next-line no-control-regex
  const isPlain = !/[\\\x00-\x1f\x7f]|^[a-z]:/i.test(name);
  if (!isPlain || name.split('/').some((part) => part === '' || part === '.' || part === '..'))
    refuse(`the name ${quoted(name)} of an entry is no plain path of a file`);
  return name;
}

/**
 * Numbers of which some may stand in the zip64 extra field, in this order.
 * @param begin of the extra fields, up to `end`
 */
export function widen(
  view: DataView,
  narrow: readonly number[],
  begin: number,
  end: number,
  refuse: Refuse,
): readonly number[] {
  if (!narrow.includes(ELSEWHERE)) return narrow;
  for (let at = begin; at + 4 <= end;) {
    const fieldEnd = at + 4 + view.getUint16(at + 2, true);
    if (fieldEnd > end) break;
    if (view.getUint16(at, true) === ZIP64_EXTRA) {
      let position = at + 4;
      return narrow.map((value) => {
        if (value !== ELSEWHERE) return value;
        if (position + 8 > fieldEnd) refuse('has a zip64 field that is too short');
        position += 8;
        return numberAt(view, position - 8, refuse);
      });
    }
    at = fieldEnd;
  }
  return refuse('claims 4 GB, and has no zip64 field that says more');
}
