import { readFileSync } from 'node:fs';
import type { EngineSource } from '@ungrain/host';

/** This package's version. */
export const version = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;

/** What a training records about the programs that made it, besides the engine. */
export const versions = { ungrain: version };

/** What a run records about the programs that made it: bytes are the same again where these are. */
export async function versionsWith(source: EngineSource): Promise<Readonly<Record<string, string>>> {
  const engine = await source();
  const { node } = process.versions;
  return {
    ...versions,
    node,
    platform: `${process.platform} ${process.arch}`,
    engine: engine.name,
    ...engine.versions,
  };
}
