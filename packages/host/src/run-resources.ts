import { parseOptions, type Energy, type Model, type Registry, type RunResources } from '@ungrain/core';

/** What guidances of one run asked for. */
export interface OwnedResources extends Pick<RunResources, 'model' | 'energy'> {
  /** Disposes of everything that was handed out. */
  dispose(): Promise<void>;
}

/** Further models and energies for guidances, from a registry. Weights are named by their file. */
export function runResources(registry: Registry): OwnedResources {
  const created: (Model | Energy)[] = [];
  const keep = <T extends Model | Energy>(one: T): T => {
    created.push(one);
    return one;
  };
  return {
    model: async (name, weights) => keep(await registry.models.get(name).create(weights)),
    async energy(name, options) {
      const entry = registry.energies.get(name);
      return keep(await entry.create(parseOptions(entry.options, options, `energy '${name}'`)));
    },
    async dispose() {
      for (const one of created.splice(0)) await one.dispose();
    },
  };
}
