import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import { writeFileAtomic } from '@ungrain/formats/files';
import { z } from 'zod';
import { cacheFolder } from '../cache-folder.js';
import { digestSchema } from './digest.js';
import { parseRepoName, sameName } from './repo-name.js';

/** What `ungrain pull` notes beside the files of a model. */
const noteSchema = z.object({
  name: z.string(),
  /** The commit of the files. */
  commit: z.string(),
  /** False while a pull of it has not come to its end. */
  complete: z.boolean(),
  /** The files that have arrived and were checked, by path. */
  files: z.record(z.string(), z.object({ size: z.number(), digest: digestSchema })),
});
export type PullNote = z.output<typeof noteSchema>;

export interface PulledModel extends PullNote {
  readonly folder: string;
}

const NOTE = '.pulled.json';

const modelsFolder = (): string => join(cacheFolder(), 'models');

/** Where a model is pulled to if nobody says where. Nothing is created. */
export function defaultFolder(repo: string): string {
  const { owner, name } = parseRepoName(repo);
  return join(modelsFolder(), owner, name);
}

/** Null where nothing was pulled to, or the note is damaged: what is there is then checked anew. */
export async function readNote(folder: string): Promise<PullNote | null> {
  const text = await readFile(join(folder, NOTE), 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return noteSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export const writeNote = (folder: string, note: PullNote): Promise<void> =>
  writeFileAtomic(join(folder, NOTE), `${JSON.stringify(note, null, 2)}\n`);

/** The models that were pulled to where models are kept by default, by name. */
export async function pulledModels(): Promise<readonly PulledModel[]> {
  const models: PulledModel[] = [];
  for (const owner of await foldersIn(modelsFolder()))
    for (const folder of await foldersIn(owner)) {
      const note = await readNote(folder);
      if (note) models.push({ ...note, folder });
    }
  return models.sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(path, entry.name));
}

/**
 * The folder of a model that was pulled.
 * @param name `deepfloyd/IF-I-M-v1.0`, or `IF-I-M-v1.0` where that says which
 * @throws UngrainError `not-pulled`, `pull-unfinished`, `ambiguous-model`
 */
export async function pulledFolder(name: string): Promise<string> {
  const found = (await pulledModels()).filter((model) =>
    sameName(name.includes('/') ? model.name : parseRepoName(model.name).name, name),
  );
  const [model, other] = found;
  if (!model)
    throw new UngrainError(
      'not-pulled',
      `There is no folder ${name}, nor was a model of that name pulled; see \`ungrain list pulled\`, or get it by \`ungrain pull ${name.includes('/') ? name : `deepfloyd/${name}`}\`.`,
    );
  if (other)
    throw new UngrainError(
      'ambiguous-model',
      `'${name}' may be ${found.map((one) => one.name).join(' or ')}; write the whole name.`,
    );
  if (!model.complete)
    throw new UngrainError(
      'pull-unfinished',
      `${model.name} has not arrived whole; go on with \`ungrain pull ${model.name}\`.`,
    );
  return model.folder;
}

/**
 * The folder that a person means: one that exists, or that of a pulled model.
 * @throws UngrainError as `pulledFolder` does
 */
export async function modelFolder(text: string): Promise<string> {
  const exists = await stat(text).catch(() => null);
  const mayBeName = /^[\w.-]+(\/[\w.-]+)?$/.test(text) && !text.startsWith('.');
  return exists || !mayBeName ? text : pulledFolder(text);
}
