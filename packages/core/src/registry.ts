import { checkPlugin, PLUGIN_KINDS, type PluginKind } from './check-plugin.js';
import { suggestion, UngrainError } from './errors.js';
import type { Plugin } from './plugin.js';

type Kind = PluginKind;
type Entry<K extends Kind> = NonNullable<Plugin[K]>[number];

/** Everything of one kind that the plugins of a registry bring. */
export interface Catalog<T> {
  /** In the order of the plugins. */
  readonly all: readonly T[];
  readonly names: readonly string[];
  /** @throws UngrainError `unknown-sampler` (`-model`, `-schedule` …), with the nearest name if one is near. */
  get(name: string): T;
}

export type Registry = { readonly [K in Kind]: Catalog<Entry<K>> } & { readonly plugins: readonly Plugin[] };

/**
 * What the given plugins bring, by name. Registries are values: there is no global one, and two may live side by side.
 *
 * @throws UngrainError `plugin-api-version` and `bad-plugin` as `checkPlugin` does, `duplicate-sampler`
 * (`-model` …) if two things of a kind have one name.
 */
export function createRegistry(plugins: readonly Plugin[]): Registry {
  plugins.forEach(checkPlugin);
  return {
    plugins,
    models: catalog(plugins, 'models'),
    schedules: catalog(plugins, 'schedules'),
    spacings: catalog(plugins, 'spacings'),
    samplers: catalog(plugins, 'samplers'),
    guidances: catalog(plugins, 'guidances'),
    energies: catalog(plugins, 'energies'),
    views: catalog(plugins, 'views'),
  };
}

function catalog<K extends Kind>(plugins: readonly Plugin[], kind: K): Catalog<Entry<K>> {
  const entries = new Map<string, { entry: Entry<K>; plugin: string }>();
  for (const plugin of plugins)
    for (const entry of (plugin[kind] ?? []) as readonly Entry<K>[]) {
      const other = entries.get(entry.name);
      if (other)
        throw new UngrainError(
          `duplicate-${PLUGIN_KINDS[kind].singular}`,
          `The ${PLUGIN_KINDS[kind].singular} '${entry.name}' is brought by plugin '${other.plugin}' and by plugin '${plugin.name}'; ` +
            `leave one of them out or rename one.`,
        );
      entries.set(entry.name, { entry, plugin: plugin.name });
    }
  const names = [...entries.keys()];
  return {
    all: [...entries.values()].map(({ entry }) => entry),
    names,
    get(name) {
      const found = entries.get(name);
      if (found) return found.entry;
      throw new UngrainError(
        `unknown-${PLUGIN_KINDS[kind].singular}`,
        `There is no ${PLUGIN_KINDS[kind].singular} '${name}'${suggestion(name, names)}`,
      );
    },
  };
}
