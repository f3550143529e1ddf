import type { Plugin, Registry } from '@ungrain/core';
import { createHostRegistry, lazyEngine, type DeepfloydSource, type EngineSource } from '@ungrain/host';
import { recipes } from '@ungrain/models-mnist/train';

/** Something that can be listed. */
export interface Listed {
  readonly name: string;
  readonly summary: string;
}

/** What can be listed: a registry's kinds, and recipes. */
export const KINDS = [
  'models',
  'samplers',
  'schedules',
  'spacings',
  'guidances',
  'views',
  'energies',
  'recipes',
] as const;
export type Kind = (typeof KINDS)[number];

export interface Catalogs {
  readonly registry: Registry;
  readonly entries: Readonly<Record<Kind, readonly Listed[]>>;
}

interface CatalogsOptions {
  readonly engine?: EngineSource;
  readonly deepfloyd?: DeepfloydSource;
}

/** Everything that is installed. No engine is started and no weights are read. */
export function catalogs(
  plugins: readonly Plugin[] = [],
  { engine = lazyEngine(), deepfloyd }: CatalogsOptions = {},
): Catalogs {
  const registry = createHostRegistry({ engine, plugins, deepfloyd });
  const { models, samplers, schedules, spacings, guidances, views, energies } = registry;
  return {
    registry,
    entries: {
      models: models.all,
      samplers: samplers.all,
      schedules: schedules.all,
      spacings: spacings.all,
      guidances: guidances.all,
      views: views.all,
      energies: energies.all,
      recipes,
    },
  };
}

/** What one of a kind is called. */
export const singular = (kind: Kind): string => kind.replace(/ies$/, 'y').replace(/s$/, '');
