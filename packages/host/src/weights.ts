import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Tensor } from '@ungrain/core';
import { readSafetensors, toFloat32 } from '@ungrain/formats';
import { withFile } from './file-errors.js';

/** The weights that come with Ungrain, by network; the files are named after the recipes that made them. */
const SHIPPED = { digits: 'digits-class', judge: 'judge' } as const;

export type ShippedNetwork = keyof typeof SHIPPED;

/** A network's weights as they were read. */
export interface Weights {
  readonly path: string;
  /** Of the file's bytes: what a `RunSpec` names its weights by. */
  readonly sha256: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** The file of weights that comes with Ungrain for a network. */
export function shippedWeights(network: ShippedNetwork): string {
  const manifest = createRequire(import.meta.url).resolve('@ungrain/models-mnist/package.json');
  return join(dirname(manifest), 'weights', `${SHIPPED[network]}.safetensors`);
}

/**
 * Reads a safetensors file of weights; narrow floats are widened.
 * @throws UngrainError `file-not-read`, `bad-safetensors`
 */
export async function readWeights(path: string): Promise<Weights> {
  const bytes = await withFile(path, 'read', () => readFile(path));
  const { tensors } = readSafetensors(bytes, { file: path });
  return {
    path,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    tensors: new Map([...tensors].map(([name, value]) => [name, toFloat32(value)])),
  };
}
