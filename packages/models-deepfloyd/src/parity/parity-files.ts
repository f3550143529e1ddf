import type { ParitySource } from '@ungrain/core/parity';
import { toFloat32 } from '@ungrain/formats';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files.js';

/** A diffusers folder among reference vectors. They are small: files are read whole. */
export function parityFiles(source: ParitySource, folder: string): CheckpointFiles {
  const at = (path: string): string => `${folder}/${path}`;
  return {
    name: folder,
    exists: (path) => source.exists(at(path)),
    json: (path) => source.json(at(path)),
    bytes: (path) => source.bytes(at(path)),
    async weights(path) {
      const tensors = await source.tensors(at(path));
      return new Map([...tensors].map(([name, value]) => [name, { ...toFloat32(value), dtype: value.dtype }]));
    },
  };
}
