import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UngrainError } from '@ungrain/core';
import { withFile } from '../file-errors.js';
import { isDigestOfFile } from './digest.js';
import type { Answer, Hub } from './hub.js';
import { damaged, type RemoteFile, type Repo } from './repo-files.js';
import { Passing, withRetries } from './retries.js';

/** Where a file grows until it is whole. Its name has the digest, so that only a part of the same file is continued. */
export const partOf = (target: string, { digest }: RemoteFile): string => `${target}.${digest.hex.slice(0, 12)}.part`;

/** How much of a file has arrived. */
export const arrived = async (path: string): Promise<number> => (await stat(path).catch(() => null))?.size ?? 0;

/**
 * Fetches a file, or what is missing of it, to its place: continued where the connection breaks, checked when it is whole,
 * renamed then. When it ends early the part stays, and the next call goes on from it.
 *
 * @param onBytes how many bytes have come since it was last called; less than none where a part was of no use
 * @throws UngrainError `damaged-on-the-way`, `hub-…`, `file-not-written`
 */
export async function downloadFile(
  hub: Hub,
  repo: Repo,
  file: RemoteFile,
  target: string,
  onBytes: (count: number) => void,
): Promise<void> {
  const part = partOf(target, file);
  const { signal, wait } = hub.options;
  await withFile(target, 'written', () => mkdir(dirname(target), { recursive: true }));
  await removeOtherParts(target, part);
  let highest = 0;
  for (let round = 0; round < 2; round++) {
    await withRetries(() => fetchRest(hub, repo, file, part, report), { signal, wait, achieved: () => highest });
    if (await isDigestOfFile(file.digest, { path: part, size: file.size }, signal)) return land(part, target);
    onBytes(-file.size); // the part was of something else: once more from the start
    await rm(part, { force: true });
  }
  throw damaged(repo.name, file);

  function report(count: number, length: number): void {
    highest = Math.max(highest, length);
    onBytes(count);
  }
}

/** Parts of the file as it was in another revision. */
async function removeOtherParts(target: string, part: string): Promise<void> {
  for (const name of await readdir(dirname(target))) {
    const other = join(dirname(target), name);
    if (name.startsWith(`${basename(target)}.`) && name.endsWith('.part') && other !== part) await rm(other);
  }
}

/** One request for what a part lacks, written to its end. */
async function fetchRest(
  hub: Hub,
  repo: Repo,
  file: RemoteFile,
  part: string,
  report: (count: number, length: number) => void,
): Promise<void> {
  const handle = await withFile(part, 'written', () => open(part, 'a'));
  try {
    let length = (await handle.stat()).size;
    const cutTo = async (size: number): Promise<void> => {
      await handle.truncate(size);
      report(size - length, size);
      length = size;
    };
    if (length > file.size) await cutTo(0);
    // An earlier call may have ended between the last byte and its way to the disk.
    if (length === file.size) return await withFile(part, 'written', () => handle.sync());
    const answer = await hub.open(file.path, repo, length > 0 ? { range: `bytes=${length}-` } : {});
    const from = beginningOf(answer, length, file, repo);
    if (from !== length) await cutTo(from);
    if (answer.response.status === 416) throw new Passing(damaged(repo.name, file), 0);
    for await (const piece of answer.pieces()) {
      if (length + piece.length > file.size) throw damaged(repo.name, file);
      await withFile(part, 'written', () => writeAll(handle, piece));
      length += piece.length;
      report(piece.length, length);
    }
    if (length < file.size)
      throw new Passing(
        new UngrainError('hub-unreachable', `${repo.name}/${file.path} stops before its end.`, 'failure'),
      );
    await withFile(part, 'written', () => handle.sync());
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten;
}

/**
 * The byte of the file that an answer begins with: the one that was asked for, or the first.
 * @throws UngrainError `damaged-on-the-way` if the answer is about another file
 */
function beginningOf({ response, first }: Answer, asked: number, file: RemoteFile, repo: Repo): number {
  const { headers, status } = response;
  if (status === 416) return 0;
  const known = (first.get('x-linked-etag') ?? first.get('etag'))?.replace(/^(?:W\/)?"?|"$/g, '');
  const isDigest = known !== undefined && /^[0-9a-f]+$/.test(known) && known.length === file.digest.hex.length;
  if (isDigest && known !== file.digest.hex) throw damaged(repo.name, file);
  if (status === 206) {
    const [, begin, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
    if (Number(begin) !== asked || (size !== '*' && Number(size) !== file.size)) throw damaged(repo.name, file);
    return asked;
  }
  const length = headers.get('content-length');
  if (length !== null && Number(length) !== file.size) throw damaged(repo.name, file);
  return 0;
}

async function land(part: string, target: string): Promise<void> {
  await withFile(target, 'written', async () => {
    await rename(part, target);
    const folder = await open(dirname(target)).catch(() => null); // some systems cannot open a folder
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  });
}
