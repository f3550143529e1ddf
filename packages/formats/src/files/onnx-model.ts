import { open, readFile, realpath, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ModelProto, TensorProto } from 'onnx-buf';
import type { Value } from '@ungrain/core';
import { externalDataOf, type ExternalData } from '../onnx/external-data.js';
import { parseModel, refusalOf, tensorsOf } from '../onnx/model.js';
import { internalValue, layoutOf } from '../onnx/tensor-value.js';
import { quoted, refusal, type Refuse } from '../refusal.js';
import { valueOverBytes } from '../value-bytes.js';

/**
 * Checks an ONNX file before something else opens it: that it is one, and that every tensor whose data lies outside of
 * it, wherever it stands in the model, names a regular file below the model's folder that holds it. Links that lead out
 * of the folder are refused, and so are files with a second name elsewhere (hard links): either would let a model read
 * what its reader can read and its author cannot.
 *
 * @throws UngrainError `bad-onnx`, whose message names the file and the reason; the file system's error
 */
export async function checkOnnxModel(path: string): Promise<void> {
  await openModel(path);
}

/**
 * The weights (initializers) of an ONNX file by name, wherever their data lies; the file is checked first.
 * @throws UngrainError `bad-onnx`, whose message names the file and the reason; the file system's error
 */
export async function readOnnxWeights(path: string): Promise<ReadonlyMap<string, Value>> {
  const { model, folder, refuse } = await openModel(path);
  const weights = new Map<string, Value>();
  for (const tensor of model.graph!.initializer) {
    if (weights.has(tensor.name)) refuse(`it has two tensors ${quoted(tensor.name)}`);
    weights.set(tensor.name, await readTensor(tensor, folder, refusalOf(tensor, refuse)));
  }
  return weights;
}

async function readTensor(tensor: TensorProto, folder: Folder, refuse: Refuse): Promise<Value> {
  const layout = layoutOf(tensor, refuse) ?? refuse(`its element type ${tensor.dataType} is not known here`);
  const external = externalDataOf(tensor, refuse);
  if (!external) return internalValue(tensor, layout, refuse);
  const bytes = await withExternalFile(folder, external, layout.length, refuse, async (file) => {
    const buffer = new Uint8Array(layout.length);
    const { bytesRead } = await file.read(buffer, 0, layout.length, external.offset);
    if (bytesRead !== layout.length) refuse(`${quoted(external.location)} became shorter while it was read`);
    return buffer;
  });
  return valueOverBytes(layout.dtype, bytes, layout.shape);
}

/** A model's folder, with links resolved, and the model's own file in it. */
interface Folder {
  readonly root: string;
  readonly model: string;
}

async function openModel(path: string): Promise<{ model: ModelProto; folder: Folder; refuse: Refuse }> {
  const refuse = refusal('onnx', path);
  const model = parseModel(await readFile(path), refuse);
  const folder = { root: await realpath(dirname(path)), model: await realpath(path) };
  for (const tensor of tensorsOf(model)) {
    const refuseTensor = refusalOf(tensor, refuse);
    const external = externalDataOf(tensor, refuseTensor);
    if (!external) continue;
    const length = layoutOf(tensor, refuseTensor)?.length ?? external.length ?? 0;
    await withExternalFile(folder, external, length, refuseTensor, async () => undefined);
  }
  return { model, folder, refuse };
}

/** Opens the file that external data lies in, and does something with it once it was checked. */
async function withExternalFile<T>(
  { root, model }: Folder,
  { location, offset, length }: ExternalData,
  expected: number,
  refuse: Refuse,
  action: (file: FileHandle) => Promise<T>,
): Promise<T> {
  const where = `its data file ${quoted(location)}`;
  if (length !== undefined && length !== expected)
    refuse(`${where} is to give ${length} bytes, and its shape takes ${expected}`);
  const real = await realpath(join(root, location)).catch(() => refuse(`${where} is missing`));
  if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) refuse(`${where} leads out of the model's folder`);
  if (real === model) refuse(`${where} is the model itself`);
  if (!(await stat(real)).isFile()) refuse(`${where} is no regular file`); // before it is opened: a pipe would wait
  const file = await open(real).catch(() => refuse(`${where} cannot be opened`));
  try {
    const found = await file.stat();
    if (found.nlink > 1) refuse(`${where} is a hard link; replace it by a copy`);
    if (offset + expected > found.size)
      refuse(`${where} has ${found.size} bytes, but ${expected} from byte ${offset} on are asked for`);
    return await action(file);
  } finally {
    await file.close();
  }
}
