import { UngrainError, type DType, type Shape } from '@ungrain/core';
import { quoted, refusal, type Refuse } from '../refusal.js';
import { decodeUtf8 } from '../utf8.js';
import { byteLengthOf } from '../value-bytes.js';
import { DTYPES } from './dtypes.js';
import { LENGTH_BYTES, LONGEST_HEADER, METADATA } from './limits.js';
import { parseStrictJson, type StrictJson } from './strict-json.js';

/** Where a tensor lies in its file. */
export interface TensorSpan {
  readonly dtype: DType;
  readonly shape: Shape;
  /** Its first byte, counted from the start of the file. */
  readonly begin: number;
  /** The byte after its last one. */
  readonly end: number;
}

export interface SafetensorsHeader {
  /** By name, in the header's order. Names are data: they may be `__proto__`, empty, or look like paths. */
  readonly tensors: ReadonlyMap<string, TensorSpan>;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface HeaderOptions {
  /** The file's name, for messages. */
  readonly file?: string;
  /** The length of the whole file, if `bytes` is only its beginning. */
  readonly fileLength?: number;
}

/**
 * How many bytes of a file's beginning `readSafetensorsHeader` needs.
 * @param bytes the first 8 bytes of the file, or more
 * @throws UngrainError `bad-safetensors`
 */
export function safetensorsHeaderLength(bytes: Uint8Array, { file }: HeaderOptions = {}): number {
  const refuse = refusal('safetensors', file);
  if (bytes.length < LENGTH_BYTES)
    refuse(`it has ${bytes.length} bytes, fewer than the ${LENGTH_BYTES} of its length field`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getBigUint64(0, true);
  if (length > LONGEST_HEADER) refuse(`its header claims ${length} bytes, more than ${LONGEST_HEADER}`);
  return LENGTH_BYTES + Number(length);
}

/**
 * Reads where the tensors of a safetensors file lie, so that they can be mapped or read one by one. Everything is
 * checked: dtypes, shapes against spans, and that the spans fill the file without holes or overlaps.
 *
 * @param bytes the file, or at least its first `safetensorsHeaderLength` bytes
 * @throws UngrainError `bad-safetensors`; `prefix-too-short` if more of the file is needed
 */
export function readSafetensorsHeader(bytes: Uint8Array, options: HeaderOptions = {}): SafetensorsHeader {
  const { file, fileLength = bytes.length } = options;
  const refuse = refusal('safetensors', file);
  const dataStart = safetensorsHeaderLength(bytes, options);
  if (dataStart > fileLength) refuse(`its header claims ${dataStart - LENGTH_BYTES} bytes, more than the file has`);
  if (dataStart > bytes.length)
    throw new UngrainError('prefix-too-short', `The header takes the first ${dataStart} bytes, not ${bytes.length}.`);

  // A byte order mark stays, and is then refused as JSON.
  const text = decodeUtf8(bytes.subarray(LENGTH_BYTES, dataStart)) ?? refuse('its header is not UTF-8');
  const members = new Map(parseStrictJson(text, refuse));
  const metadata = readMetadata(members.get(METADATA), refuse);
  members.delete(METADATA);
  const tensors = new Map<string, TensorSpan>();
  for (const [name, entry] of members) tensors.set(name, readEntry(quoted(name), entry, dataStart, refuse));
  checkSpans(tensors, dataStart, fileLength, refuse);
  return { tensors, metadata };
}

function readMetadata(member: StrictJson | undefined, refuse: Refuse): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (member === undefined) return metadata;
  if (!(member instanceof Map)) return refuse('its metadata is no object');
  for (const [key, value] of member as ReadonlyMap<string, StrictJson>) {
    if (typeof value !== 'string') return refuse(`its metadata ${quoted(key)} is no string`);
    metadata.set(key, value);
  }
  return metadata;
}

function readEntry(name: string, entry: StrictJson, dataStart: number, refuse: Refuse): TensorSpan {
  if (!(entry instanceof Map)) return refuse(`the entry of ${name} is no object`);
  const fields = entry as ReadonlyMap<string, StrictJson>;
  for (const field of fields.keys())
    if (field !== 'dtype' && field !== 'shape' && field !== 'data_offsets')
      refuse(`the entry of ${name} has an unknown field ${quoted(field)}`);

  const dtypeName = fields.get('dtype');
  if (typeof dtypeName !== 'string') return refuse(`${name} has no dtype`);
  const dtype = DTYPES.get(dtypeName) ?? refuse(`${name} has the unknown dtype ${quoted(dtypeName)}`);

  const shape = fields.get('shape');
  if (!isNumbers(shape)) return refuse(`the shape of ${name} is no list of whole numbers`);

  const offsets = fields.get('data_offsets');
  if (!isNumbers(offsets) || offsets.length !== 2) return refuse(`the offsets of ${name} are no two whole numbers`);
  const [begin, end] = offsets as readonly [number, number];
  const length = byteLengthOf(shape, dtype);
  if (end - begin !== length)
    return refuse(`${name} has bytes ${begin} to ${end}, but its shape takes ${length ?? 'more than 2^53'}`);
  return { dtype, shape, begin: dataStart + begin, end: dataStart + end };
}

const isNumbers = (member: StrictJson | undefined): member is readonly number[] =>
  Array.isArray(member) && member.every((item) => typeof item === 'number');

/** Every byte after the header belongs to one tensor. */
function checkSpans(
  tensors: ReadonlyMap<string, TensorSpan>,
  dataStart: number,
  fileLength: number,
  refuse: Refuse,
): void {
  let end = dataStart;
  for (const [name, span] of [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)) {
    if (span.begin !== end)
      refuse(`${quoted(name)} begins ${span.begin < end ? 'within' : 'with a hole after'} the tensor before it`);
    end = span.end;
  }
  if (end > fileLength) refuse(`its tensors end at byte ${end}, but it has only ${fileLength} bytes`);
  if (end < fileLength) refuse(`${fileLength - end} bytes follow its last tensor`);
}
