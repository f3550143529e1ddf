import { open, stat } from 'node:fs/promises';
import { UngrainError, type DType } from '@ungrain/core';
import { readSafetensorsHeader, safetensorsHeaderLength } from '../safetensors/index.js';
import { LENGTH_BYTES } from '../safetensors/limits.js';
import type { FileSpan } from './read-tensor-span.js';

/**
 * Where the tensors of a safetensors file lie, by name; of the file only the header is read.
 * @throws UngrainError `missing-file`, or `bad-safetensors` if the file is damaged or something else
 */
export async function safetensorsSpans(file: string): Promise<ReadonlyMap<string, FileSpan & { dtype: DType }>> {
  const fileLength = (await stat(file).catch(() => null))?.size;
  if (fileLength === undefined) throw new UngrainError('missing-file', `There is no weights file ${file}.`, 'failure');
  const { tensors } = readSafetensorsHeader(await readHeader(file), { file, fileLength });
  return new Map(
    [...tensors].map(([name, { dtype, shape, begin, end }]) => [
      name,
      { file, offset: begin, length: end - begin, shape, dtype },
    ]),
  );
}

async function readHeader(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const start = new Uint8Array(LENGTH_BYTES);
    const { bytesRead } = await file.read(start, 0, LENGTH_BYTES, 0);
    const header = new Uint8Array(safetensorsHeaderLength(start.subarray(0, bytesRead), { file: path }));
    const { bytesRead: headerRead } = await file.read(header, 0, header.length, 0);
    return header.subarray(0, headerRead);
  } finally {
    await file.close();
  }
}
