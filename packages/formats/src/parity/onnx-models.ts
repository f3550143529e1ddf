import { link, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import type { Value } from '@ungrain/core';
import type { ParitySource } from '@ungrain/core/parity';
import { readOnnxWeights } from '../files/onnx-model.js';
import type { FilesIndex, LinkSetup } from './entries.js';

export const ONNX_EXTERNAL = 'onnx-external';

/** The ONNX models of an index in a folder of their own, with the links that they are set up with. */
export interface OnnxModels {
  /** @param file relative to the index */
  read(file: string): Promise<ReadonlyMap<string, Value>>;
  dispose(): Promise<void>;
}

/** Copies the models with everything beside them to a temporary folder: what lies outside of a model's folder must be there to be reached. */
export async function copyOnnxModels({ files }: FilesIndex, source: ParitySource): Promise<OnnxModels> {
  const entries = files.filter(({ format, file }) => format === ONNX_EXTERNAL && file !== null);
  const root = await mkdtemp(join(tmpdir(), 'ungrain-parity-'));
  const place = (path: string): string => join(root, downwards(path));
  const dispose = (): Promise<void> => rm(root, { recursive: true, force: true });
  try {
    for (const top of new Set(entries.map(({ file }) => file!.split('/', 1)[0]!)))
      for (const path of await source.list(`files/${top}`)) {
        const copy = place(path.slice('files/'.length));
        await mkdir(dirname(copy), { recursive: true });
        await writeFile(copy, await source.bytes(path));
      }
    for (const { setup = [] } of entries) for (const one of setup) await makeLink(one, place);
  } catch (error) {
    await dispose();
    throw error;
  }
  return { read: (file) => readOnnxWeights(place(file)), dispose };
}

async function makeLink(setup: LinkSetup, place: (path: string) => string): Promise<void> {
  if ('symlink' in setup) await symlink(setup.target, place(setup.symlink));
  else await link(place(setup.target), place(setup.hardlink));
}

/** A path of the index that stays below it. */
function downwards(path: string): string {
  const plain = normalize(path);
  if (plain.startsWith('..') || plain.startsWith('/')) throw new Error(`The index names ${path}.`);
  return plain;
}
