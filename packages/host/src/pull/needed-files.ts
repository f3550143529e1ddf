import { UngrainError } from '@ungrain/core';
import { indexedFiles, weightFiles, type Variant } from '@ungrain/models-deepfloyd';
import { z } from 'zod';
import type { Hub } from './hub.js';
import { readJson, type RemoteFile, type Repo } from './repo-files.js';

/** The parts of a pipeline that are read here. Safety checkers and watermarkers are not, nor are their weights. */
export const PARTS = ['unet', 'text_encoder', 'tokenizer', 'scheduler', 'image_noising_scheduler'] as const;
export type Part = (typeof PARTS)[number];

export interface Wanted {
  /** In the order in which they are looked for, part by part. */
  readonly variants: readonly Variant[];
  readonly without: readonly Part[];
}

/** In `model_index.json` a part is a library and a class; one that is left out is null twice. */
const indexSchema = z.record(z.string(), z.unknown());
const isThere = (entry: unknown): boolean => Array.isArray(entry) && entry.length === 2 && entry[1] !== null;

const INDEX = 'model_index.json';

/**
 * The files of a pipeline that are needed, by its own indexes, and nothing else of it.
 * @throws UngrainError `no-pipeline`, `hub-no-file`, `no-weights`, `bad-index`, as `readJson` does
 */
export async function neededFiles(hub: Hub, repo: Repo, { variants, without }: Wanted): Promise<readonly RemoteFile[]> {
  const has = (path: string): boolean => repo.files.has(path);
  const file = (path: string): RemoteFile => {
    const found = repo.files.get(path);
    if (found) return found;
    throw new UngrainError(
      'hub-no-file',
      `${repo.name} has no file ${path}, which its other files ask for.`,
      'failure',
    );
  };
  const weightsOf = async (part: Part): Promise<readonly string[]> => {
    for (const { whole, index } of weightFiles(variants)) {
      if (has(`${part}/${whole}`)) return [whole];
      if (!has(`${part}/${index}`)) continue;
      const path = `${part}/${index}`;
      return [index, ...[...indexedFiles(await readJson(hub, repo, file(path)), `${repo.name}/${path}`).keys()].sort()];
    }
    throw new UngrainError(
      'no-weights',
      `${repo.name} has no ${variants.join(' or ')} weights of its ${part} as safetensors${othersOf(repo, part)}.`,
      'failure',
    );
  };
  const filesOf: Readonly<Record<Part, () => Promise<readonly string[]>>> = {
    unet: async () => ['config.json', ...(await weightsOf('unet'))],
    text_encoder: async () => ['config.json', ...(await weightsOf('text_encoder'))],
    tokenizer: async () => [has('tokenizer/tokenizer.json') ? 'tokenizer.json' : 'spiece.model'],
    scheduler: async () => ['scheduler_config.json'],
    image_noising_scheduler: async () => ['scheduler_config.json'],
  };

  if (!has(INDEX)) throw notAPipeline(repo);
  const parts = indexSchema.safeParse(await readJson(hub, repo, file(INDEX)));
  if (!parts.success || !isThere(parts.data['unet'])) throw notAPipeline(repo);
  const needed = [file(INDEX)];
  for (const part of PARTS) {
    if (!isThere(parts.data[part]) || without.includes(part)) continue;
    for (const name of await filesOf[part]()) needed.push(file(`${part}/${name}`));
  }
  return needed;
}

const notAPipeline = ({ name }: Repo): UngrainError =>
  new UngrainError(
    'no-pipeline',
    `${name} is no pipeline of diffusers with a UNet: its ${INDEX} is missing or names none.`,
    'failure',
  );

/** What there is in place of the weights that were asked for. */
function othersOf({ files }: Repo, part: Part): string {
  for (const [variant, { whole, index }] of (['fp32', 'fp16'] as const).flatMap((one) =>
    [...weightFiles([one])].map((names) => [one, names] as const),
  ))
    if (files.has(`${part}/${whole}`) || files.has(`${part}/${index}`)) return `; it has them as --variant ${variant}`;
  const pickled = [...files.keys()].some((path) => path.startsWith(`${part}/`) && path.endsWith('.bin'));
  return pickled ? '; its .bin files are pickles, which are not read' : '';
}
