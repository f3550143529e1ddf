import type { EnergyEntry } from './energy.js';
import type { Guidance } from './guidance.js';
import type { ModelEntry } from './model.js';
import type { Sampler } from './sampler.js';
import type { ScheduleEntry, Spacing } from './schedule.js';
import type { View } from './view.js';

/** The version of the contracts in this package. A plugin names the one it was written for. */
export const PLUGIN_API_VERSION = 1;

/**
 * A plain object that lists what it brings. Importing it does nothing; a registry is built from plugins explicitly.
 *
 * ```ts
 * export const myPlugin: Plugin = { name: 'my-plugin', apiVersion: 1, samplers: [mySampler] };
 * ```
 */
export interface Plugin {
  readonly name: string;
  readonly apiVersion: number;
  readonly models?: readonly ModelEntry[];
  readonly schedules?: readonly ScheduleEntry[];
  readonly spacings?: readonly Spacing[];
  readonly samplers?: readonly Sampler[];
  readonly guidances?: readonly Guidance[];
  readonly energies?: readonly EnergyEntry[];
  readonly views?: readonly View[];
}
