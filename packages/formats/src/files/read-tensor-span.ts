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
export async function readTensorSpan({ file, offset, length, shape, dtype = 'float32' }: FileSpan): Promise<Tensor> {
  if (byteLengthOf(shape, dtype) !== length)
    throw new UngrainError(
      'shape-mismatch',
      `A ${dtype} weight of shape ${formatShape(shape)} does not fill ${length} bytes of ${file}.`,
      'failure',
    );
  const bytes = new Uint8Array(length);
  const handle = await open(file);
  try {
    const { bytesRead } = await handle.read(bytes, 0, length, offset);
    if (bytesRead !== length)
      throw new UngrainError(
        'file-truncated',
        `${file} ends before byte ${offset + length}; is it complete?`,
        'failure',
      );
  } finally {
    await handle.close();
  }
  return toFloat32(valueOverBytes(dtype, bytes, shape));
}
