import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkPlugin, claimsToBePlugin, reasonOf, UngrainError, type Plugin } from '@ungrain/core';
import { parseJson } from '@ungrain/training';
import { z } from 'zod';
import { withFile } from './file-errors.js';
import { guardPlugin } from './plugin-guard.js';

/** The files that list a project's plugins; the first that is there counts. */
export const CONFIG_FILES = ['ts', 'mts', 'js', 'mjs', 'json'].map((extension) => `ungrain.config.${extension}`);

/** `plugins` is what a config file exports: plugins, or paths and packages that have some. */
const configSchema = z.strictObject({ plugins: z.array(z.unknown()).default([]) });

/** What is a file's name, and not a package's. */
const isPath = (text: string): boolean => /^\.{1,2}$|^\.{0,2}[\\/]|^[a-z]:[\\/]/i.test(text) || isAbsolute(text);

/**
 * The plugins that a project's config file lists, and those that are named besides: by a path (`./my-plugin`, a folder
 * with a package.json or a .js or .ts file), or by a package's name. Their code is executed.
 *
 * @param folder where the config file is looked for and paths begin
 * @throws UngrainError `plugin-not-loaded`, `not-a-plugin`, `bad-config`, and as `checkPlugin` does
 */
export async function loadPlugins(folder: string, named: readonly string[]): Promise<readonly Plugin[]> {
  const config = await findConfig(folder);
  const listed = config === null ? [] : await configured(config);
  const found = [...listed, ...(await Promise.all(named.map((text) => loadNamed(text, folder)))).flat()];
  found.forEach(checkPlugin);
  return found.map(guardPlugin);
}

async function findConfig(folder: string): Promise<string | null> {
  for (const name of CONFIG_FILES) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  return null;
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function configured(path: string): Promise<readonly Plugin[]> {
  const names = extname(path) === '.json' ? await readJson(path) : await importFile(path);
  const chosen = 'default' in names ? names['default'] : names;
  const config = configSchema.safeParse('plugins' in names ? { plugins: names['plugins'] } : chosen);
  if (!config.success)
    throw new UngrainError('bad-config', `${path} must export plugins: a list of plugins, paths or names of packages.`);
  const found = await Promise.all(
    config.data.plugins.map(async (item) => {
      if (typeof item === 'string') return loadNamed(item, dirname(path));
      if (claimsToBePlugin(item)) return [item];
      throw new UngrainError(
        'not-a-plugin',
        `${path} lists something that is no plugin: it has no name or no apiVersion.`,
      );
    }),
  );
  return found.flat();
}

async function readJson(path: string): Promise<Readonly<Record<string, unknown>>> {
  const json = parseJson(await withFile(path, 'read', () => readFile(path, 'utf8')));
  return typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
}

/** The plugins that a file or a package exports. */
async function loadNamed(text: string, folder: string): Promise<readonly Plugin[]> {
  const path = isPath(text) ? resolve(folder, text) : resolvePackage(text, folder);
  const names = await importFile(await entryOf(path, text));
  const plugins = [...new Set(Object.values(names))].filter(claimsToBePlugin) as Plugin[];
  if (plugins.length > 0) return plugins;
  throw new UngrainError('not-a-plugin', `${text} is no plugin: it exports no object with a name and an apiVersion.`);
}

function resolvePackage(name: string, folder: string): string {
  try {
    return createRequire(join(folder, 'ungrain.config.js')).resolve(name);
  } catch (cause) {
    const reason =
      (cause as { code?: string }).code === 'MODULE_NOT_FOUND' ? 'it is not installed here' : reasonOf(cause);
    throw new UngrainError(
      'plugin-not-loaded',
      `The plugin '${name}' cannot be loaded: ${reason}; name a file or folder as ./${name}.`,
      'failure',
      { cause },
    );
  }
}

const manifestSchema = z.object({
  main: z.string().optional(),
  exports: z
    .union([z.string(), z.object({ '.': z.union([z.string(), z.object({ default: z.string() })]) })])
    .optional(),
});

/** The file of a folder that its package.json names. */
async function entryOf(path: string, text: string): Promise<string> {
  const found = await withFile(text, 'read', () => stat(path));
  if (!found.isDirectory()) return path;
  const manifest = manifestSchema.safeParse(await readJson(join(path, 'package.json'))).data ?? {};
  const main = typeof manifest.exports === 'object' ? manifest.exports['.'] : manifest.exports;
  const entry = join(path, (typeof main === 'object' ? main.default : main) ?? manifest.main ?? 'index.js');
  if (relative(path, entry).startsWith('..'))
    throw new UngrainError(
      'plugin-not-loaded',
      `The package.json of ${text} names a file outside its folder.`,
      'failure',
    );
  if (await exists(entry)) return entry;
  throw new UngrainError(
    'plugin-not-loaded',
    `The plugin ${text} cannot be loaded: there is no ${relative(path, entry)} in it; was it built?`,
    'failure',
  );
}

/** @throws UngrainError `plugin-not-loaded` with what the file's code throws */
async function importFile(path: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    if (/\.[cm]?ts$/.test(path)) {
      const { createJiti } = await import('jiti');
      return await createJiti(import.meta.url).import(path);
    }
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const message = `${relative(process.cwd(), path) || path} cannot be loaded: ${reasonOf(cause)}.`;
    throw new UngrainError('plugin-not-loaded', message, 'failure', { cause });
  }
}
