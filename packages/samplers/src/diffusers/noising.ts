import { createRegistry, parseOptions, suggestion, UngrainError, type NoiseLevel, type Schedule } from '@ungrain/core';
import { samplersPlugin } from '../plugin.js';
import type { NoisingChoice, NoisingFamily, SchedulerCall } from './noising-choice.js';
import { trainedTimes } from './noising/trained-times.js';
import type { Named } from './sampler-choice.js';

const FAMILIES: readonly NoisingFamily[] = [trainedTimes];

/**
 * The schedule and the spacing of a scheduler of diffusers, in our names.
 * @throws UngrainError `unknown-scheduler`, `bad-option`
 */
export function noisingOf(call: SchedulerCall): NoisingChoice {
  const found = FAMILIES.find(({ classes }) => classes.includes(call.scheduler));
  if (found) return found.translate(call);
  const known = FAMILIES.flatMap(({ classes }) => classes);
  throw new UngrainError(
    'unknown-scheduler',
    `The scheduler '${call.scheduler}' of diffusers is not known here${suggestion(call.scheduler, known)}`,
  );
}

export const knowsNoising = (scheduler: string): boolean => FAMILIES.some(({ classes }) => classes.includes(scheduler));

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
