import { open } from 'node:fs/promises';
import { sizeOf, UngrainError, type Tensor } from '@ungrain/core';
import type { Weight } from '@ungrain/graph';

/** Reads a span of a file as float32. @throws UngrainError `file-truncated` if the file is shorter than the span. */
export async function readWeight({ file, offset, length, shape }: Extract<Weight, { file: string }>): Promise<Tensor> {
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
