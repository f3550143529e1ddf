import { UngrainError } from '@ungrain/core';
import { z } from 'zod';
import { digestSchema, isDigestOf, type Digest } from './digest.js';
import { readWhole, type Hub } from './hub.js';
import { sameName } from './repo-name.js';

/** A file as the hub lists it. */
export interface RemoteFile {
  readonly path: string;
  readonly size: number;
  readonly digest: Digest;
}

/** A model of the hub at one commit. */
export interface Repo {
  /** As its owner writes it. */
  readonly name: string;
  readonly commit: string;
  readonly gated: boolean;
  /** What its card says. */
  readonly licence: string | null;
  readonly files: ReadonlyMap<string, RemoteFile>;
}

const infoSchema = z.object({
  name: z.string(),
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  gated: z.union([z.boolean(), z.string()]).optional(),
  cardData: z.looseObject({ license: z.unknown(), license_name: z.unknown() }).nullish().catch(null),
});
const entrySchema = z.object({
  path: z.string().max(1024),
  size: z.number().int().nonnegative(),
  oid: z.string(),
  lfs: z.object({ oid: z.string(), size: z.number().int().nonnegative() }).nullish(),
});

/** More than any model of one pipeline has. */
const MOST_FILES = 10_000;

/**
 * What the hub has of a model: the commit that a revision stands for now, and the files of that commit.
 * @throws UngrainError `hub-…`, `no-such-model`, `no-revision`, `bad-hub-answer`
 */
export async function readRepo(hub: Hub): Promise<Repo> {
  const { listFiles, modelInfo } = await import('@huggingface/hub'); // large, and only needed here
  const { repo, revision, endpoint } = hub.options;
  const from = { hubUrl: endpoint, fetch: hub.fetch };
  const info = infoSchema.safeParse(
    await answered(hub, () => modelInfo({ ...from, name: repo, revision, additionalFields: ['sha', 'cardData'] })),
  );
  if (!info.success) throw strange(hub);
  const { sha: commit, gated, cardData } = info.data;
  const name = sameName(info.data.name, repo) ? info.data.name : repo;
  const files = new Map<string, RemoteFile>();
  await answered(hub, async () => {
    for await (const entry of listFiles({ ...from, repo: name, recursive: true, revision: commit })) {
      if (entry.type !== 'file') continue;
      const file = remoteFile(entry);
      if (!file || files.size === MOST_FILES) throw strange(hub);
      files.set(file.path, file);
    }
  });
  const licence = [cardData?.license_name, cardData?.license].find((text) => typeof text === 'string');
  return {
    name,
    commit,
    gated: gated !== undefined && gated !== false,
    licence: typeof licence === 'string' ? licence : null,
    files,
  };
}

function remoteFile(entry: unknown): RemoteFile | null {
  const parsed = entrySchema.safeParse(entry);
  if (!parsed.success) return null;
  const { path, size, oid, lfs } = parsed.data;
  const digest = digestSchema.safeParse(lfs ? { of: 'sha256', hex: lfs.oid } : { of: 'git-blob', hex: oid });
  return digest.success ? { path, size: lfs?.size ?? size, digest: digest.data } : null;
}

/** Errors of `@huggingface/hub` itself mean that the answer was none of a hub: those of requests are ours. */
async function answered<T>(hub: Hub, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    hub.options.signal.throwIfAborted();
    if (error instanceof UngrainError) throw error;
    throw strange(hub, error);
  }
}

const strange = ({ options }: Hub, cause?: unknown): UngrainError =>
  new UngrainError(
    'bad-hub-answer',
    `${new URL(options.endpoint).host} does not answer about ${options.repo} as a hub of models does; is --endpoint right?`,
    'failure',
    { cause },
  );

/** A JSON file of the model, checked like any other. @throws UngrainError `hub-…`, `damaged-on-the-way`, `bad-json` */
export async function readJson(hub: Hub, repo: Repo, file: RemoteFile): Promise<unknown> {
  const bytes = await readWhole(hub, file.path, repo, file.size);
  if (bytes.length !== file.size || !isDigestOf(file.digest, bytes)) throw damaged(repo.name, file);
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch (cause) {
    throw new UngrainError('bad-json', `${repo.name}/${file.path} is no JSON.`, 'failure', { cause });
  }
}

export const damaged = (repo: string, { path }: RemoteFile): UngrainError =>
  new UngrainError(
    'damaged-on-the-way',
    `${repo}/${path} does not arrive as the hub describes it: its checksum or length differs; try again, or another --endpoint.`,
    'failure',
  );
