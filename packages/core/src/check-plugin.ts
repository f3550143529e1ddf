import { UngrainError } from './errors.js';
import { PLUGIN_API_VERSION, type Plugin } from './plugin.js';

/** The lists of a plugin, what one thing of each is called, and which of its members are functions. */
export const PLUGIN_KINDS = {
  models: { singular: 'model', functions: ['create'] },
  schedules: { singular: 'schedule', functions: ['create'] },
  spacings: { singular: 'spacing', functions: ['levels'] },
  samplers: { singular: 'sampler', functions: ['step'] },
  guidances: { singular: 'guidance', functions: ['create'] },
  energies: { singular: 'energy', functions: [] },
  views: { singular: 'view', functions: ['create'] },
} as const;

export type PluginKind = keyof typeof PLUGIN_KINDS;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Does this say that it is a plugin, whatever else may be wrong with it? */
export const claimsToBePlugin = (value: unknown): value is Pick<Plugin, 'name' | 'apiVersion'> =>
  isObject(value) && typeof value['name'] === 'string' && 'apiVersion' in value;

/**
 * Refuses what cannot be a plugin of this version, in one sentence that names it.
 * @throws UngrainError `plugin-api-version` if it was written for other contracts, `bad-plugin`
 */
export function checkPlugin(plugin: Plugin): void {
  const { name, apiVersion } = plugin;
  if (apiVersion !== PLUGIN_API_VERSION)
    throw new UngrainError(
      'plugin-api-version',
      `Plugin '${name}' was written for version ${apiVersion} of Ungrain's plugin interface, and this is version ` +
        `${PLUGIN_API_VERSION}; install a version of it that matches.`,
    );
  for (const [kind, { singular, functions }] of Object.entries(PLUGIN_KINDS)) {
    const list: unknown = plugin[kind as PluginKind];
    if (list === undefined) continue;
    if (!Array.isArray(list)) throw badPlugin(name, `its ${kind} are no list`);
    for (const [i, entry] of (list as readonly unknown[]).entries()) {
      if (!isObject(entry) || typeof entry['name'] !== 'string' || entry['name'] === '')
        throw badPlugin(name, `${singular} ${i + 1} of its list has no name`);
      const missing = [...functions].find((member) => typeof entry[member] !== 'function');
      if (missing) throw badPlugin(name, `its ${singular} '${entry['name']}' has no function '${missing}'`);
      const { options } = entry;
      if (kind !== 'models' && !(isObject(options) && typeof options['safeParse'] === 'function'))
        throw badPlugin(name, `its ${singular} '${entry['name']}' has no zod schema as 'options'`);
    }
  }
}

const badPlugin = (name: string, reason: string): UngrainError =>
  new UngrainError('bad-plugin', `Plugin '${name}' cannot be used: ${reason}.`);
