import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UngrainError, type Tensor } from '@ungrain/core';
import { readSafetensors, toFloat32 } from '@ungrain/formats';
import { withFile } from './file-errors.js';

/** The recipe that trained each network; the files of weights that come with Ungrain are named after it. */
const RECIPES = { digits: 'digits-class', 'digits-time': 'digits-time', denoiser: 'denoiser', judge: 'judge' } as const;

/** A network's weights as they were read. */
export interface Weights {
  readonly path: string;
  /** Of the file's bytes: what a `RunSpec` names its weights by. */
  readonly sha256: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * The file of weights that comes with Ungrain for a network.
 * @throws UngrainError `no-weights` if none does
 */
export function shippedWeights(network: string): string {
  if (!Object.hasOwn(RECIPES, network))
    throw new UngrainError('no-weights', `No weights of '${network}' come with Ungrain; name a file by --weights.`);
  const manifest = createRequire(import.meta.url).resolve('@ungrain/models-mnist/package.json');
  return join(dirname(manifest), 'weights', `${RECIPES[network as keyof typeof RECIPES]}.safetensors`);
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
