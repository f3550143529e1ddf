import { open, readFile, stat } from 'node:fs/promises';
import { UngrainError } from '@ungrain/core';
import { readSafetensors, readSafetensorsHeader, safetensorsHeaderLength, toFloat32 } from '@ungrain/formats';
import type { Weight } from '@ungrain/graph';

/**
 * The weights of a safetensors file by name, for `engine.store`. float32 tensors stay in the file until the store reads
 * them; narrower ones are converted here.
 * @throws UngrainError `missing-file`, or `bad-safetensors` if the file is damaged or something else
 */
export async function safetensorsWeights(path: string): Promise<Map<string, Weight>> {
  const size = (await stat(path).catch(() => null))?.size;
  if (size === undefined) throw new UngrainError('missing-file', `There is no weights file ${path}.`);
  const { tensors } = readSafetensorsHeader(await readHeader(path), { file: path, fileLength: size });
  const narrow = [...tensors.values()].some(({ dtype }) => dtype !== 'float32');
  const values = narrow ? readSafetensors(await readFile(path), { file: path }).tensors : null;
  return new Map(
    [...tensors].map(([name, { dtype, shape, begin, end }]): [string, Weight] => [
      name,
      dtype === 'float32' ? { file: path, offset: begin, length: end - begin, shape } : toFloat32(values!.get(name)!),
    ]),
  );
}

async function readHeader(path: string): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const start = new Uint8Array(8);
    const { bytesRead } = await file.read(start, 0, 8, 0);
    const length = safetensorsHeaderLength(start.subarray(0, bytesRead), { file: path });
    const header = new Uint8Array(length);
    const { bytesRead: headerRead } = await file.read(header, 0, length, 0);
    return header.subarray(0, headerRead);
  } finally {
    await file.close();
  }
}
