import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  describeOptions,
  isAssetName,
  UngrainError,
  type Registry,
  type RunSpec,
  type Schema,
  type Tensor,
} from '@ungrain/core';
import { decodePng, fromPixels } from '@ungrain/media';
import { withFile } from './file-errors.js';

/** The images and masks of runs: PNG files by the SHA-256 of their bytes. They travel inside the files that a run writes. */
export interface Assets {
  /** @returns its name */
  add(png: Uint8Array): string;
  /** @throws UngrainError `missing-asset` */
  png(name: string): Uint8Array;
  /** [1, channels, height, width] from 0 to 1. @throws UngrainError `missing-asset`, `bad-png` */
  image(name: string): Promise<Tensor>;
  /** All of them, by name. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** @param pngs to begin with, whatever their names: only the bytes count */
export function createAssets(pngs: ReadonlyMap<string, Uint8Array> = new Map()): Assets {
  const files = new Map([...pngs.values()].map((bytes) => [sha256(bytes), bytes]));
  const png = (name: string): Uint8Array => {
    const bytes = files.get(name);
    if (bytes) return bytes;
    throw new UngrainError(
      'missing-asset',
      `The run needs an image with the SHA-256 ${name}, which did not come along.`,
    );
  };
  return {
    add(bytes) {
      const name = sha256(bytes);
      files.set(name, bytes);
      return name;
    },
    png,
    files,
    image: async (name) => fromPixels((await decodePng(png(name))).pixels),
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Takes in the files that a spec names where an image or mask belongs, and puts their SHA-256 in their place.
 * @param fit makes a file into the PNG that the run works on; by default it has to be one already
 * @throws UngrainError `file-not-read`, `bad-png`, `unknown-guidance`
 */
export function takeInFiles(
  spec: RunSpec,
  registry: Registry,
  assets: Assets,
  fit: (bytes: Uint8Array, path: string) => Promise<Uint8Array> = requirePng,
): Promise<RunSpec> {
  return mapAssets(spec, registry, async (path) => {
    if (isAssetName(path)) return path;
    return assets.add(await fit(await withFile(path, 'read', () => readFile(path)), path));
  });
}

async function requirePng(bytes: Uint8Array, path: string): Promise<Uint8Array> {
  try {
    await decodePng(bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof UngrainError)) throw error;
    throw new UngrainError(error.code, `${path}: ${error.message}`, error.kind, { cause: error });
  }
}

/** A spec with every name of an image or mask replaced: the model's image, and what guidances take as `assetOption`. */
async function mapAssets(
  spec: RunSpec,
  registry: Registry,
  replace: (name: string) => Promise<string>,
): Promise<RunSpec> {
  const inGuidance = ({ name, options }: RunSpec['guidance'][number]) =>
    mapOptions(options, registry.guidances.get(name).options, replace).then((changed) => ({ name, options: changed }));
  const { image, guidance, changes } = spec;
  return {
    ...spec,
    guidance: await Promise.all(guidance.map(inGuidance)),
    ...(image !== undefined && { image: await replace(image) }),
    ...(changes && {
      changes: await Promise.all(
        changes.map(async (change) => ({
          ...change,
          ...(change.guidance && { guidance: await Promise.all(change.guidance.map(inGuidance)) }),
        })),
      ),
    }),
  };
}

async function mapOptions(
  options: Readonly<Record<string, unknown>>,
  schema: Schema<unknown>,
  replace: (name: string) => Promise<string>,
): Promise<Record<string, unknown>> {
  const changed: Record<string, unknown> = { ...options };
  for (const { name, type } of describeOptions(schema)) {
    const value = options[name];
    if (type === 'asset' && typeof value === 'string') changed[name] = await replace(value);
  }
  return changed;
}
