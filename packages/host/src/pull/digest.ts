import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';

/** What the hub knows a file by: a SHA-256 of large ones (Git LFS), the SHA-1 of git's blob of others. */
export const digestSchema = z.union([
  z.object({ of: z.literal('sha256'), hex: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.object({ of: z.literal('git-blob'), hex: z.string().regex(/^[0-9a-f]{40}$/) }),
]);
export type Digest = z.output<typeof digestSchema>;

/** Begins a digest. Git's blob is the content after its kind and length. */
function begin(of: Digest['of'], size: number) {
  return of === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
}

export const isDigestOf = ({ of, hex }: Digest, bytes: Uint8Array): boolean =>
  begin(of, bytes.length).update(bytes).digest('hex') === hex;

/** Reads a file of `size` bytes through. */
export async function isDigestOfFile(
  { of, hex }: Digest,
  { path, size }: { readonly path: string; readonly size: number },
  signal: AbortSignal,
): Promise<boolean> {
  const hash = begin(of, size);
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20, signal }))
    hash.update(chunk as Uint8Array);
  return hash.digest('hex') === hex;
}
