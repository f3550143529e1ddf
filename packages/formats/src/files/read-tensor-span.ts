import { open } from 'node:fs/promises';
import { sizeOf, UngrainError, type Shape, type Tensor } from '@ungrain/core';

/** A tensor as a span of a file: float32, row-major, little-endian. */
export interface TensorSpan {
  readonly file: string;
  /** In bytes. */
  readonly offset: number;
  readonly length: number;
  readonly shape: Shape;
}

/**
 * Reads a span of a file as a tensor.
 * @throws UngrainError `shape-mismatch` if the span does not have the shape's size, `file-truncated` if the file is
 * shorter than the span
 */
export async function readTensorSpan({ file, offset, length, shape }: TensorSpan): Promise<Tensor> {
  if (sizeOf(shape) * Float32Array.BYTES_PER_ELEMENT !== length)
    throw new UngrainError(
      'shape-mismatch',
      `A weight of shape [${shape.join(', ')}] does not fill ${length} bytes of ${file}.`,
      'failure',
    );
  const data = new Float32Array(sizeOf(shape));
  const handle = await open(file);
  try {
    const { bytesRead } = await handle.read(new Uint8Array(data.buffer), 0, length, offset);
    if (bytesRead !== length)
      throw new UngrainError(
        'file-truncated',
        `${file} ends before byte ${offset + length}; is it complete?`,
        'failure',
      );
  } finally {
    await handle.close();
  }
  return { data, shape };
}
