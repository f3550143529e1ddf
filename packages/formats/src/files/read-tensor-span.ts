import { closeSync, openSync, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { formatShape, UngrainError, type DType, type Shape, type Tensor } from '@ungrain/core';
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
}

/**
 * Reads a span of a file as float32.
 * @throws UngrainError `shape-mismatch` if the span does not have the shape's size, `file-truncated` if the file is
 * shorter than the span
 */
export async function readTensorSpan(span: FileSpan): Promise<Tensor> {
  const bytes = bufferFor(span);
  const handle = await open(span.file);
  try {
    return asFloat32(span, bytes, (await handle.read(bytes, 0, span.length, span.offset)).bytesRead);
  } finally {
    await handle.close();
  }
}

/** As `readTensorSpan`, at once. @throws as `readTensorSpan` does */
export function readTensorSpanSync(span: FileSpan): Tensor {
  const bytes = bufferFor(span);
  const file = openSync(span.file, 'r');
  try {
    return asFloat32(span, bytes, readSync(file, bytes, 0, span.length, span.offset));
  } finally {
    closeSync(file);
  }
}

function bufferFor({ file, length, shape, dtype = 'float32' }: FileSpan): Uint8Array<ArrayBuffer> {
  if (byteLengthOf(shape, dtype) === length) return new Uint8Array(length);
  throw new UngrainError(
    'shape-mismatch',
    `A ${dtype} weight of shape ${formatShape(shape)} does not fill ${length} bytes of ${file}.`,
    'failure',
  );
}

function asFloat32(
  { file, offset, length, shape, dtype = 'float32' }: FileSpan,
  bytes: Uint8Array,
  read: number,
): Tensor {
  if (read === length) return toFloat32(valueOverBytes(dtype, bytes, shape));
  throw new UngrainError('file-truncated', `${file} ends before byte ${offset + length}; is it complete?`, 'failure');
}
