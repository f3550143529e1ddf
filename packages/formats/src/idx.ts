import { formatShape, type DType, type Value } from '@ungrain/core';
import { refusal, type Refuse } from './refusal.js';
import { byteLengthOf, bytesPerElement, copyOf, valueOverBytes } from './value-bytes.js';

/** Element types by the third byte of the file. */
const DTYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [0x08, 'uint8'],
  [0x09, 'int8'],
  [0x0b, 'int16'],
  [0x0c, 'int32'],
  [0x0d, 'float32'],
  [0x0e, 'float64'],
]);
const MAGIC_BYTES = 4;
const DIMENSION_BYTES = 4;
const LARGEST_RANK = 8;

export interface IdxOptions {
  /** The file's name, for messages. */
  readonly file?: string;
  /** What the file is meant to hold: `images` have three dimensions, `labels` one; both are bytes. */
  readonly role?: 'images' | 'labels';
  /** Labels are below this number. */
  readonly classes?: number;
}

/**
 * Reads an IDX file, the format of MNIST: two zero bytes, the element type, the number of dimensions, the dimensions and
 * the elements, all big-endian.
 *
 * Source: http://yann.lecun.com/exdb/mnist
 *
 * @throws UngrainError `bad-idx`, whose message names the file and the reason
 */
export function readIdx(bytes: Uint8Array, { file, role, classes = 10 }: IdxOptions = {}): Value {
  const refuse = refusal('idx', file);
  const { dtype, shape, dataStart } = readHeader(bytes, refuse);
  const length = byteLengthOf(shape, dtype);
  if (length !== bytes.length - dataStart)
    refuse(
      `${formatShape(shape)} takes ${length ?? 'more than 2^53'} bytes, but ${bytes.length - dataStart} are there`,
    );
  const value = valueOverBytes(dtype, littleEndian(bytes.subarray(dataStart), bytesPerElement(dtype)), shape);
  if (role) checkRole(value, role, classes, refuse);
  return value;
}

function readHeader(bytes: Uint8Array, refuse: Refuse) {
  if (bytes.length < MAGIC_BYTES) refuse(`it has only ${bytes.length} bytes`);
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) refuse('it is compressed by gzip; unpack it first');
  if (bytes[0] !== 0 || bytes[1] !== 0) refuse('it does not begin with two zero bytes');
  const dtype = DTYPES.get(bytes[2]!) ?? refuse(`its element type ${bytes[2]} is unknown`);
  const rank = bytes[3]!;
  if (rank === 0 || rank > LARGEST_RANK) refuse(`it has ${rank} dimensions, not 1 to ${LARGEST_RANK}`);
  const dataStart = MAGIC_BYTES + rank * DIMENSION_BYTES;
  if (bytes.length < dataStart) refuse('it ends within its dimensions');
  const view = new DataView(bytes.buffer, bytes.byteOffset, dataStart);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(MAGIC_BYTES + i * DIMENSION_BYTES));
  return { dtype, shape, dataStart };
}

/** Big-endian elements with their bytes turned round; a copy unless they are single bytes. */
function littleEndian(bytes: Uint8Array, size: number): Uint8Array {
  if (size === 1) return bytes;
  const turned = copyOf(bytes);
  for (let at = 0; at < turned.length; at += size) turned.subarray(at, at + size).reverse();
  return turned;
}

function checkRole({ dtype, data, shape }: Value, role: 'images' | 'labels', classes: number, refuse: Refuse): void {
  const rank = role === 'images' ? 3 : 1;
  if (dtype !== 'uint8' || shape.length !== rank)
    refuse(`${role} are bytes in ${rank} dimension${rank > 1 ? 's' : ''}, not ${dtype} of shape ${formatShape(shape)}`);
  if (role === 'images') return;
  const wrong = data.findIndex((label) => label >= classes);
  if (wrong >= 0) refuse(`label ${wrong} is ${data[wrong]}, not one of 0 … ${classes - 1}`);
}
