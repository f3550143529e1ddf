import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { formatShape, UngrainError, type DType, type Shape, type Tensor, type Value } from '@ungrain/core';
import { toFloat32 } from '../narrow-floats.js';
import { byteLengthOf, valueOverBytes } from '../value-bytes.js';

/** A tensor as a span of a file: row-major, little-endian. */
export interface FileSpan {
  readonly file: string;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
  readonly shape: Shape;
  /** float32 by default. */
  readonly dtype?: DType;
  /** Where the file has a float32 for each row (index of the first dimension) by which its numbers are multiplied. */
  readonly scales?: ByteRange;
}

/** In bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * Reads a span of a file as float32, multiplied by its scales.
 * @throws UngrainError `shape-mismatch` if the span does not have the shape's size, `file-truncated` if the file is
 * shorter than the span
 */
export async function readTensorSpan(span: FileSpan): Promise<Tensor> {
  const values = toFloat32(await readValueSpan(span));
  const scales = scalesOf(span);
  return scales ? scaledRows(values, toFloat32(await readValueSpan(scales))) : values;
}

/** As `readTensorSpan`, at once. @throws as `readTensorSpan` does */
export function readTensorSpanSync(span: FileSpan): Tensor {
  const values = toFloat32(readValueSpanSync(span));
  const scales = scalesOf(span);
  return scales ? scaledRows(values, toFloat32(readValueSpanSync(scales))) : values;
}

/** Reads a span of a file as it is stored, without its scales. @throws as `readTensorSpan` does */
export async function readValueSpan(span: FileSpan): Promise<Value> {
  const bytes = bufferFor(span);
  const handle = await open(span.file);
  try {
    return valueOf(span, bytes, (await handle.read(bytes, 0, span.length, span.offset)).bytesRead);
  } finally {
    await handle.close();
  }
}

function readValueSpanSync(span: FileSpan): Value {
  const bytes = bufferFor(span);
  const file = openSync(span.file, 'r');
  try {
    return valueOf(span, bytes, readSync(file, bytes, 0, span.length, span.offset));
  } finally {
    closeSync(file);
  }
}

const scalesOf = ({ file, shape, scales }: FileSpan): FileSpan | undefined =>
  scales && { file, ...scales, shape: shape.slice(0, 1) };

function scaledRows({ data, shape }: Tensor, { data: scales }: Tensor): Tensor {
  const columns = data.length / scales.length;
  for (let row = 0; row < scales.length; row++)
    for (let i = row * columns; i < (row + 1) * columns; i++) data[i]! *= scales[row]!;
  return { data, shape };
}

function bufferFor({ file, length, shape, dtype = 'float32' }: FileSpan): Uint8Array<ArrayBuffer> {
  if (byteLengthOf(shape, dtype) === length) return new Uint8Array(length);
  throw new UngrainError(
    'shape-mismatch',
    `A ${dtype} weight of shape ${formatShape(shape)} does not fill ${length} bytes of ${file}.`,
    'failure',
  );
}

function valueOf({ file, offset, length, shape, dtype = 'float32' }: FileSpan, bytes: Uint8Array, read: number): Value {
  if (read === length) return valueOverBytes(dtype, bytes, shape);
  throw new UngrainError('file-truncated', `${file} ends before byte ${offset + length}; is it complete?`, 'failure');
}
