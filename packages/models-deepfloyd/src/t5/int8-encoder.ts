import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { UngrainError, type Value } from '@ungrain/core';
import { writeSafetensors } from '@ungrain/formats';
import { readTensorSpan, readValueSpan, writeFileAtomic } from '@ungrain/formats/files';
import type { Weight } from '@ungrain/graph';
import type { CheckpointFiles } from '../checkpoint/checkpoint-files.js';
import { openCheckpoint } from '../checkpoint/checkpoint-folder.js';
import { int8Rows } from '../checkpoint/int8-rows.js';
import { SCALES, type Variant } from '../checkpoint/locate-weights.js';
import { openT5, t5Matrices } from './load-t5.js';

const INDEX = 'model.safetensors.index.json';

export interface WriteInt8EncoderOptions {
  readonly variants?: readonly Variant[] | undefined;
  /** Is told before a file is made, counted from 0. */
  readonly onFile?: ((index: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Is a folder a whole one that `writeInt8Encoder` wrote? */
export const hasInt8Encoder = async (folder: string): Promise<boolean> => {
  const written = await openCheckpoint(folder).catch(() => null);
  return (await written?.exists(INDEX)) ?? false;
};

/**
 * Writes a text encoder into a folder of its own with its matrices as int8 (see `int8Rows`) and the rest as it is stored: a
 * file for each layer, then the config and the index, which make it an encoder that `loadT5` reads. Files that are there
 * already are kept, so that what was stopped goes on; one layer is in memory at a time.
 *
 * @throws UngrainError as `loadT5` does; `aborted`; the file system's error
 */
export async function writeInt8Encoder(
  files: CheckpointFiles,
  folder: string,
  { variants, onFile, signal }: WriteInt8EncoderOptions = {},
): Promise<void> {
  const { config, weights } = await openT5(files, variants);
  const matrices = t5Matrices(config);
  const layers = layersOf(weights);
  await mkdir(folder, { recursive: true });
  const written = await openCheckpoint(folder);
  const map: Record<string, string> = {};
  for (const [i, layer] of layers.entries()) {
    const file = partName(i + 1, layers.length);
    for (const [name] of layer) {
      map[name] = file;
      if (matrices.has(name)) map[name + SCALES] = file;
    }
    if (await written.exists(file)) continue;
    onFile?.(i, layers.length);
    const tensors = new Map<string, Value>();
    for (const [name, weight] of layer) {
      if (signal?.aborted)
        throw new UngrainError('aborted', 'Stopped; the layers that are written are kept.', 'failure');
      for (const [stored, value] of await valuesOf(name, weight, matrices.has(name))) tensors.set(stored, value);
    }
    await writeFileAtomic(join(folder, file), writeSafetensors(tensors));
  }
  await writeFileAtomic(join(folder, 'config.json'), await files.bytes('config.json'));
  await writeFileAtomic(join(folder, INDEX), JSON.stringify({ weight_map: map }, null, 2));
}

/** As transformers names the parts of a checkpoint. */
const partName = (part: number, parts: number): string =>
  `model-${[part, parts].map((n) => String(n).padStart(5, '0')).join('-of-')}.safetensors`;

/** The weights of each layer by themselves, and those that belong to none. */
function layersOf(weights: ReadonlyMap<string, Weight>): readonly (readonly (readonly [string, Weight])[])[] {
  const layers = new Map<string, [string, Weight][]>();
  for (const [name, weight] of weights) {
    const layer = /^encoder\.block\.\d+/.exec(name)?.[0] ?? '';
    layers.set(layer, [...(layers.get(layer) ?? []), [name, weight]]);
  }
  return [...layers.values()];
}

async function valuesOf(name: string, weight: Weight, isMatrix: boolean): Promise<readonly [string, Value][]> {
  if (!isMatrix) return [[name, 'file' in weight ? await readValueSpan(weight) : { dtype: 'float32', ...weight }]];
  const { shape } = weight;
  const { values, scales } = int8Rows('file' in weight ? await readTensorSpan(weight) : weight);
  return [
    [name, { dtype: 'int8', data: values, shape }],
    [name + SCALES, { dtype: 'float32', data: scales, shape: [scales.length] }],
  ];
}
