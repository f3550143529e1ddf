import { createRegistry, parseOptions, type NoiseLevel, type Schedule } from '@ungrain/core';
import { samplersPlugin } from '../plugin.js';
import type { NoisingChoice } from './noising-choice.js';
import type { Named } from './sampler-choice.js';

const registry = createRegistry([samplersPlugin]);

/** The schedule that a choice names, and its levels in the order in which they are visited. */
export function levelsOf({ schedule, spacing, steps, upwards }: NoisingChoice): {
  readonly schedule: Schedule;
  readonly levels: readonly NoiseLevel[];
} {
  const made = createSchedule(schedule);
  const entry = registry.spacings.get(spacing.name);
  const levels = entry.levels(made, steps, parseOptions(entry.options, spacing.options, `spacing '${spacing.name}'`));
  return { schedule: made, levels: upwards ? levels.toReversed() : levels };
}

/** A schedule of this package, by its name. */
export function createSchedule({ name, options }: Named): Schedule {
  const entry = registry.schedules.get(name);
  return entry.create(parseOptions(entry.options, options, `schedule '${name}'`));
}
