import { basename } from 'node:path';
import { describeOptions, type Registry, type RunSpec } from '@ungrain/core';
import { fileHash } from './file-hash.js';

const SHOWN_DIGITS = 12;

/**
 * Which weights the guidances of a run name, its changes included, as entries of its versions: `weights early.safetensors` is
 * the start of the file's SHA-256.
 * @throws UngrainError `unknown-guidance`, `file-not-read`
 */
export async function guidingWeights(
  { guidance, changes = [] }: RunSpec,
  registry: Registry,
): Promise<Readonly<Record<string, string>>> {
  const named = [guidance, ...changes.map((change) => change.guidance ?? [])].flat().flatMap(({ name, options }) =>
    describeOptions(registry.guidances.get(name).options).flatMap((option) => {
      const path = options[option.name];
      return option.type === 'weights' && typeof path === 'string' ? [path] : [];
    }),
  );
  const hashed = named.map(async (path) => [
    `weights ${basename(path)}`,
    (await fileHash(path)).slice(0, SHOWN_DIGITS),
  ]);
  return Object.fromEntries(await Promise.all(hashed)) as Record<string, string>;
}
