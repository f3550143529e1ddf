import { readFile } from 'node:fs/promises';
import type { Tensor, Value } from '@ungrain/core';
import { suggestion, UngrainError } from '@ungrain/core';
import {
  isTensor,
  readSafetensors,
  readTorchFile,
  toFloat32,
  writeSafetensors,
  type TorchData,
} from '@ungrain/formats';
import { importUnet, UNET_KINDS, UNET_MODELS, type ImportedUnet } from '@ungrain/models-mnist';
import { withFile } from './file-errors.js';
import { checkOutputFile } from './output-files.js';
import { writeWhole } from './outputs.js';

export interface ImportRequest {
  /** A checkpoint: .pt or .pth of `torch.save`, or .safetensors. */
  readonly path: string;
  /** The model that the weights are for. */
  readonly model: string;
  /** The part of the checkpoint that holds the weights, where there are several. */
  readonly key?: string | undefined;
  /** The safetensors file to write. */
  readonly out: string;
}

export interface ImportReport extends ImportedUnet {
  /** The part of the checkpoint that the weights were in; null if they were the whole. */
  readonly key: string | null;
}

/**
 * Makes a checkpoint of the course's UNet into weights by our names, for `--weights`. Nothing is written unless every
 * tensor of the network was found.
 *
 * @throws UngrainError `unknown-model`, `file-not-read`, `bad-torch`, `bad-safetensors`, `no-weights`,
 * `weights-mismatch`, and as `checkOutputFile` and `writeWhole` do
 */
export async function importWeights({ path, model, key, out }: ImportRequest): Promise<ImportReport> {
  const kind = UNET_MODELS.get(model);
  if (!kind)
    throw new UngrainError(
      'unknown-model',
      `There is no model '${model}' that a UNet can be imported for${suggestion(model, [...UNET_MODELS.keys()])}`,
    );
  await checkOutputFile(out, ['safetensors']);
  const found = findWeights(await readCheckpoint(path), path, key);
  const imported = importUnet(found.tensors);
  if (imported.kind !== kind) {
    const [fitting] = [...UNET_MODELS].find(([, its]) => its === imported.kind)!;
    throw new UngrainError(
      'weights-mismatch',
      `${path} is ${UNET_KINDS[imported.kind]}, and the model ${model} needs ${UNET_KINDS[kind]}; ` +
        `--model ${fitting} takes it.`,
      'failure',
    );
  }
  const values = new Map(
    [...imported.weights].map(([name, tensor]) => [name, { dtype: 'float32', ...tensor } as const]),
  );
  await writeWhole(out, writeSafetensors(values));
  return { ...imported, key: found.key };
}

async function readCheckpoint(path: string): Promise<TorchData> {
  const bytes = await withFile(path, 'read', () => readFile(path));
  return path.toLowerCase().endsWith('.safetensors')
    ? readSafetensors(bytes, { file: path }).tensors
    : readTorchFile(bytes, { file: path });
}

/** The dict of tensors in a checkpoint: the whole, or the one item of it that is such a dict. */
function findWeights(checkpoint: TorchData, path: string, key: string | undefined) {
  const items = new Map<string, TorchData>(
    checkpoint instanceof Map
      ? [...(checkpoint as ReadonlyMap<string | number, TorchData>)].map(([name, item]) => [String(name), item])
      : [],
  );
  const candidates = [...items].flatMap(([name, item]) => (isStateDict(item) ? [name] : []));
  const refuse = (reason: string): never => {
    throw new UngrainError('no-weights', `${path} ${reason}.`);
  };
  if (key === undefined && isStateDict(checkpoint)) return { key: null, tensors: floats(checkpoint) };
  if (candidates.length === 0) refuse('holds no state_dict, neither as a whole nor as an item');
  if (key === undefined && candidates.length > 1)
    refuse(`holds several state_dicts; choose one of ${candidates.join(', ')} by --key`);
  const chosen = key ?? candidates[0]!;
  const item = items.get(chosen);
  if (!item || !isStateDict(item))
    throw new UngrainError('no-weights', `${path} holds no state_dict '${chosen}'${suggestion(chosen, candidates)}`);
  return { key: chosen, tensors: floats(item) };
}

const isStateDict = (data: TorchData): data is ReadonlyMap<string, Value> =>
  data instanceof Map &&
  data.size > 0 &&
  [...(data as Map<unknown, unknown>)].every(([name, value]) => typeof name === 'string' && isTensor(value));

const floats = (tensors: ReadonlyMap<string, Value>): ReadonlyMap<string, Tensor> =>
  new Map([...tensors].map(([name, value]) => [name, toFloat32(value)]));
