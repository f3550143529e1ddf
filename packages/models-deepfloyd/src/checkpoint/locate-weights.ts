import { sizeOf, UngrainError } from '@ungrain/core';
import { z } from 'zod';
import type { CheckpointFiles, StoredWeight } from './checkpoint-files.js';

/** Which of the files that a part of a checkpoint may come in: `fp16` are half as large, and rounded. */
export type Variant = 'fp32' | 'fp16';

/** A weight and the file of the part that it lies in. */
export interface LocatedWeight {
  readonly in: string;
  readonly weight: StoredWeight;
}

/** File names begin so: those of diffusers, then those of transformers. */
const STEMS = ['diffusion_pytorch_model', 'model'];
const SUFFIXES: Readonly<Record<Variant, string>> = { fp32: '', fp16: '.fp16' };

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/**
 * Finds every tensor of a part (`unet`, `text_encoder`): in one safetensors file, or in several by their index.
 *
 * @param variants in the order in which they are looked for
 * @throws UngrainError `no-weights` if there is neither, `pickle-weights` if there is a pickle instead, `bad-index` if the
 * index names files that do not hold what it says, `bad-safetensors`
 */
export async function locateWeights(
  part: CheckpointFiles,
  variants: readonly Variant[] = ['fp32', 'fp16'],
): Promise<ReadonlyMap<string, LocatedWeight>> {
  for (const { whole, index } of weightFiles(variants)) {
    if (await part.exists(whole)) return withScales(await tensorsOf(part, [whole]));
    if (await part.exists(index)) return withScales(await indexed(part, index));
  }
  await refusePickle(part);
  const wanted = variants.map((variant) => `${STEMS[0]}${SUFFIXES[variant]}.safetensors`).join(' or ');
  throw new UngrainError(
    'no-weights',
    `${part.name} holds no weights: there is no ${wanted}, nor an index of several files; only safetensors are read.`,
    'failure',
  );
}

/** An int8 weight's file has its scales beside it, under its name and this: as `compressed-tensors` names them. */
export const SCALES = '_scale';

/** Int8 weights together with their scales: one for each row, [rows] or [rows, 1]. */
function withScales(located: ReadonlyMap<string, LocatedWeight>): ReadonlyMap<string, LocatedWeight> {
  const found = new Map(located);
  for (const [name, { in: file, weight }] of located) {
    const scales = located.get(name + SCALES);
    if (weight.dtype !== 'int8' || !('file' in weight) || scales?.in !== file || !('file' in scales.weight)) continue;
    const { dtype, shape, offset, length } = scales.weight;
    if (dtype !== 'float32' || sizeOf(shape) !== weight.shape[0] || shape[0] !== weight.shape[0]) continue;
    found.delete(name + SCALES);
    found.set(name, { in: file, weight: { ...weight, scales: { offset, length } } });
  }
  return found;
}

/** What the weights of a part may lie in, the first that is there counting: one file, or several by their index. */
export function* weightFiles(
  variants: readonly Variant[],
): Generator<{ readonly whole: string; readonly index: string }> {
  for (const variant of variants)
    for (const stem of STEMS) {
      const suffix = SUFFIXES[variant];
      yield { whole: `${stem}${suffix}.safetensors`, index: `${stem}.safetensors.index${suffix}.json` };
    }
}

/**
 * The files that an index names, each with the tensors that it says lie there. All are safetensors files beside the index.
 * @param where for messages
 * @throws UngrainError `bad-index`
 */
export function indexedFiles(json: unknown, where: string): ReadonlyMap<string, readonly string[]> {
  const parsed = indexSchema.safeParse(json);
  if (!parsed.success) throw badIndex(where, 'is no index of weights: it has no weight_map');
  const files = new Map<string, string[]>();
  for (const [tensor, file] of Object.entries(parsed.data.weight_map)) {
    if (!/^\w[\w.-]*\.safetensors$/.test(file))
      throw badIndex(where, `names ${JSON.stringify(file)}, which is no safetensors file beside it`);
    const tensors = files.get(file);
    if (tensors) tensors.push(tensor);
    else files.set(file, [tensor]);
  }
  return files;
}

const badIndex = (where: string, reason: string): UngrainError =>
  new UngrainError('bad-index', `${where} ${reason}.`, 'failure');

async function indexed(part: CheckpointFiles, index: string): Promise<ReadonlyMap<string, LocatedWeight>> {
  const where = `${part.name}/${index}`;
  const files = indexedFiles(await part.json(index), where);
  for (const [file, [tensor]] of files)
    if (!(await part.exists(file)))
      throw badIndex(where, `says that '${tensor}' lies in ${file}, and that file is not there`);
  const found = await tensorsOf(part, [...files.keys()]);
  for (const [file, tensors] of files)
    for (const name of tensors)
      if (found.get(name)?.in !== file) throw badIndex(where, `says that '${name}' lies in ${file}, and it does not`);
  return found;
}

/** What PyTorch wrote before safetensors, by the file's name, and the class that reads and writes it. */
const PICKLES: Readonly<Record<string, string>> = {
  'diffusion_pytorch_model.bin': 'diffusers.UNet2DConditionModel',
  'diffusion_pytorch_model.fp16.bin': 'diffusers.UNet2DConditionModel',
  'pytorch_model.bin': 'transformers.T5EncoderModel',
  'pytorch_model.fp16.bin': 'transformers.T5EncoderModel',
  'pytorch_model.bin.index.json': 'transformers.T5EncoderModel',
};

/** @throws UngrainError `pickle-weights` if the weights are there as a pickle only, which can run code when it is opened */
async function refusePickle(part: CheckpointFiles): Promise<void> {
  for (const [file, reader] of Object.entries(PICKLES)) {
    if (!(await part.exists(file))) continue;
    const convert = `${reader}.from_pretrained(FOLDER).save_pretrained(FOLDER, safe_serialization=True)`;
    throw new UngrainError(
      'pickle-weights',
      `${part.name} has its weights in ${file} only, a pickle, which can run code when it is opened; make safetensors of ` +
        `it in Python, where you trust it: ${convert}, with FOLDER = ${part.name}.`,
      'failure',
    );
  }
}

async function tensorsOf(part: CheckpointFiles, files: readonly string[]): Promise<ReadonlyMap<string, LocatedWeight>> {
  const found = new Map<string, LocatedWeight>();
  for (const file of files)
    for (const [name, weight] of await part.weights(file)) {
      const other = found.get(name)?.in;
      if (other !== undefined)
        throw new UngrainError('bad-index', `${part.name} has '${name}' twice, in ${other} and in ${file}.`, 'failure');
      found.set(name, { in: file, weight });
    }
  return found;
}
