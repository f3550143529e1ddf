import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UngrainError, type Tensor } from '@ungrain/core';
import { readSafetensors, toFloat32 } from '@ungrain/formats';
import { withFile } from './file-errors.js';

/** The recipe that trains each network; the files of weights that come with Ungrain are named after it. */
const RECIPES = { digits: 'digits-class', 'digits-time': 'digits-time', denoiser: 'denoiser', judge: 'judge' } as const;

export type ShippedNetwork = keyof typeof RECIPES;

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
  return join(dirname(manifest), 'weights', `${RECIPES[network]}.safetensors`);
}

/** Do weights for a network come with this version of Ungrain? */
export const isShipped = (network: string): network is ShippedNetwork =>
  Object.hasOwn(RECIPES, network) && existsSync(shippedWeights(network as ShippedNetwork));

/**
 * The file of weights that comes with Ungrain for a network.
 * @throws UngrainError `no-weights` if this version comes with none
 */
export function requireShipped(network: string): string {
  if (isShipped(network)) return shippedWeights(network);
  const recipe = RECIPES[network as ShippedNetwork];
  throw new UngrainError(
    'no-weights',
    `The weights of '${network}' do not come with this version of Ungrain; train them by \`ungrain train ${recipe}\`, and name them by --weights.`,
    'failure',
  );
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
