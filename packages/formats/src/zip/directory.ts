import type { Refuse } from '../refusal.js';

const END = 0x06054b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const END64 = 0x06064b50;
const END64_BYTES = 56;
/** The bytes of an end record of zip64 that its own length does not count. */
const END64_UNCOUNTED = 12;
const LOCATOR = 0x07064b50;
const LOCATOR_BYTES = 20;
/** What the fields of 16 and 32 bits hold if the number stands in the zip64 record. */
const ELSEWHERE_16 = 0xffff;
const ELSEWHERE_32 = 0xffffffff;

/** Where the central directory lies. */
export interface Directory {
  readonly entries: number;
  readonly begin: number;
  readonly end: number;
}

/**
 * Finds the central directory by the records behind it, which have to follow it without a gap up to the end of the file.
 * Source: APPNOTE.TXT 6.3.10, 4.3.14 to 4.3.16.
 */
export function locateDirectory(view: DataView, refuse: Refuse): Directory {
  const at = findEnd(view, refuse);
  if (view.getUint16(at + 20, true) !== view.byteLength - at - END_BYTES)
    refuse('bytes follow its end record, or a second end record hides in its comment');
  if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 6, true) !== 0) refuse('it is one part of several');
  const entries = view.getUint16(at + 10, true);
  if (view.getUint16(at + 8, true) !== entries) refuse('its end record gives two numbers of entries');
  const size = view.getUint32(at + 12, true);
  const begin = view.getUint32(at + 16, true);
  const wide = zip64Directory(view, at, refuse);
  const directory = wide ?? { entries, begin, end: begin + size, followedBy: at };
  const differs = (narrow: number, other: number, elsewhere: number): boolean =>
    narrow !== other && !(wide && narrow === elsewhere);
  if (
    differs(entries, directory.entries, ELSEWHERE_16) ||
    differs(size, directory.end - directory.begin, ELSEWHERE_32) ||
    differs(begin, directory.begin, ELSEWHERE_32)
  )
    refuse('its two end records contradict each other');
  if (directory.end !== directory.followedBy) refuse('its directory does not lie where its end record says');
  return directory;
}

/** The last end record: whatever stands behind it is its comment. */
function findEnd(view: DataView, refuse: Refuse): number {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - LONGEST_COMMENT); at--) if (view.getUint32(at, true) === END) return at;
  return refuse('it has no end record, so it is cut off or something else');
}

/** What the zip64 record says, if there is one. PyTorch always writes it. */
function zip64Directory(view: DataView, end: number, refuse: Refuse): (Directory & { followedBy: number }) | null {
  const locator = end - LOCATOR_BYTES;
  if (locator < END64_BYTES || view.getUint32(locator, true) !== LOCATOR) return null;
  const at = numberAt(view, locator + 8, refuse);
  if (view.getUint32(locator + 4, true) !== 0 || view.getUint32(locator + 16, true) > 1)
    refuse('it is one part of several');
  if (at > locator - END64_BYTES || view.getUint32(at, true) !== END64)
    refuse('its zip64 record does not lie where it should');
  if (at + END64_UNCOUNTED + numberAt(view, at + 4, refuse) !== locator) refuse('its zip64 record has a wrong length');
  if (view.getUint32(at + 16, true) !== 0 || view.getUint32(at + 20, true) !== 0) refuse('it is one part of several');
  const entries = numberAt(view, at + 32, refuse);
  if (numberAt(view, at + 24, refuse) !== entries) refuse('its zip64 record gives two numbers of entries');
  const begin = numberAt(view, at + 48, refuse);
  return { entries, begin, end: begin + numberAt(view, at + 40, refuse), followedBy: at };
}

/** A number of 64 bits. One that JavaScript would round is no size or position in any file. */
export function numberAt(view: DataView, at: number, refuse: Refuse): number {
  const value = view.getBigUint64(at, true);
  if (value > Number.MAX_SAFE_INTEGER) refuse(`it has the size or position ${value}`);
  return Number(value);
}
