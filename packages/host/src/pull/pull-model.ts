import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import type { Variant } from '@ungrain/models-deepfloyd';
import { freeSpace } from '../free-space.js';
import { byteText } from './byte-text.js';
import { isDigestOfFile } from './digest.js';
import { arrived, downloadFile, partOf } from './download-file.js';
import { createHub, type Hub } from './hub.js';
import { findToken } from './hub-token.js';
import { licenceNotice } from './licence.js';
import { neededFiles, type Part } from './needed-files.js';
import { defaultFolder, readNote, writeNote, type PullNote } from './pulled-models.js';
import { readRepo, type RemoteFile, type Repo } from './repo-files.js';
import { parseRepoName } from './repo-name.js';
import { waitForReal, type Wait } from './retries.js';

export interface PullOptions {
  /** `deepfloyd/IF-I-M-v1.0` */
  readonly model: string;
  /** A branch, tag or commit. Default `main`. */
  readonly revision?: string | undefined;
  /** Which weights; by default fp16, which are half as large, and fp32 where there are none. */
  readonly variant?: Variant | undefined;
  /** Parts to leave out. */
  readonly without?: readonly Part[] | undefined;
  /** Default: a folder for models below `cacheFolder()`. */
  readonly to?: string | undefined;
  /** A mirror; default `$HF_ENDPOINT`, else Hugging Face. */
  readonly endpoint?: string | undefined;
  readonly signal: AbortSignal;
  /** Where a token and the endpoint are looked for. Default: the process's own. */
  readonly env?: NodeJS.ProcessEnv;
  readonly wait?: Wait;
  /** See `HubOptions`. Default a minute. */
  readonly patience?: number;
  /** Bytes that may be written to a folder. Default: asks the system. */
  readonly free?: (folder: string) => Promise<number>;
}

/** What a pull would do. */
export interface PullPlan {
  readonly name: string;
  readonly folder: string;
  readonly commit: string;
  /** What a person has to know before the files arrive. */
  readonly licence: string;
  /** All that is needed, and those of them that have not arrived whole. */
  readonly files: readonly RemoteFile[];
  readonly missing: readonly RemoteFile[];
  /** Of all files, of what is still to come, and free on the disk. */
  readonly bytes: number;
  readonly missingBytes: number;
  readonly freeBytes: number;
  /** Fetches what is missing. @param onProgress bytes of `missingBytes` that have come, and the file that is coming */
  fetch(onProgress?: (done: number, path: string) => void): Promise<void>;
}

const HUGGING_FACE = 'https://huggingface.co';
const PATIENCE = 60_000;

/**
 * Asks the hub what a model's pull would fetch. Nothing is written until `fetch` is called.
 * @throws UngrainError `bad-model-name`, `bad-endpoint`, `bad-token`, as `readRepo` and `neededFiles` do; `fetch`:
 * `disk-full`, `aborted`, as `downloadFile` does
 */
export async function planPull(options: PullOptions): Promise<PullPlan> {
  const {
    signal,
    env = process.env,
    revision = 'main',
    wait = waitForReal,
    patience = PATIENCE,
    free = freeSpace,
  } = options;
  const { owner, name } = parseRepoName(options.model);
  const endpoint = endpointOf(options.endpoint ?? (env['HF_ENDPOINT'] || HUGGING_FACE));
  const token = await findToken(env);
  const hub = createHub({ repo: `${owner}/${name}`, revision, endpoint, token, signal, wait, patience });
  const plan = async (): Promise<PullPlan> => {
    const repo = await readRepo(hub);
    const variants = options.variant ? [options.variant] : (['fp16', 'fp32'] as const);
    const files = await neededFiles(hub, repo, { variants, without: options.without ?? [] });
    const folder = options.to ?? defaultFolder(repo.name);
    const note = await readNote(folder);
    const missing: RemoteFile[] = [];
    let missingBytes = 0;
    for (const file of files) {
      const target = join(folder, file.path);
      if (await isThere(file, target, note, signal)) continue;
      missing.push(file);
      missingBytes += Math.max(0, file.size - (await arrived(partOf(target, file))));
    }
    const state = { repo, folder, files, missing, missingBytes, freeBytes: await free(folder) };
    return {
      ...state,
      name: repo.name,
      commit: repo.commit,
      licence: licenceNotice(repo, endpoint),
      bytes: files.reduce((sum, { size }) => sum + size, 0),
      fetch: (onProgress = () => undefined) => stoppable(signal, () => fetchMissing(hub, state, onProgress)),
    };
  };
  return stoppable(signal, plan);
}

/** A file that has arrived: noted as checked, or checked now. */
async function isThere(file: RemoteFile, target: string, note: PullNote | null, signal: AbortSignal): Promise<boolean> {
  if ((await arrived(target)) !== file.size || !(await stat(target).catch(() => null))?.isFile()) return false;
  if (note?.files[file.path]?.digest.hex === file.digest.hex) return true;
  return isDigestOfFile(file.digest, { path: target, size: file.size }, signal);
}

interface PullState extends Pick<PullPlan, 'folder' | 'files' | 'missing' | 'missingBytes' | 'freeBytes'> {
  readonly repo: Repo;
}

async function fetchMissing(
  hub: Hub,
  { repo, folder, files, missing, missingBytes, freeBytes }: PullState,
  onProgress: (done: number, path: string) => void,
): Promise<void> {
  if (missingBytes > freeBytes)
    throw new UngrainError(
      'disk-full',
      `${repo.name} needs ${byteText(missingBytes)} more, and ${byteText(freeBytes)} are free at ${folder}; free some, leave a part out by --without, or name another folder by --to.`,
      'failure',
    );
  const here = new Map(Object.entries((await readNote(folder))?.files ?? {}));
  for (const file of files) if (!missing.includes(file)) here.set(file.path, file);
  const note = (complete: boolean): Promise<void> =>
    writeNote(folder, {
      name: repo.name,
      commit: repo.commit,
      complete,
      files: Object.fromEntries([...here].map(([path, { size, digest }]) => [path, { size, digest }])),
    });
  let done = 0;
  for (const file of missing) {
    onProgress(done, file.path);
    await downloadFile(hub, repo, file, join(folder, file.path), (count) => onProgress((done += count), file.path));
    here.set(file.path, file);
    await note(false);
  }
  await note(true);
}

/** What ends because of the signal says that it can go on. */
async function stoppable<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const message = 'Stopped; what has arrived is kept, and the same command goes on from there.';
    throw new UngrainError('aborted', message, 'failure', { cause });
  }
}

/** Without a slash at its end. @throws UngrainError `bad-endpoint` */
function endpointOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash || url.username || url.password)
    throw new UngrainError(
      'bad-endpoint',
      'An endpoint is an address such as https://hub.example.org, with nothing after its path.',
    );
  return url.href.replace(/\/+$/, '');
}
