import { UngrainError } from './errors.js';
import { checkGuidances } from './guidance-order.js';
import type { ConfiguredGuidance } from './guidance.js';
import type { Model } from './model.js';
import type { NoiseLevel } from './noise-level.js';
import type { Catalog, Registry } from './registry.js';
import type { RunSpec } from './run-spec.js';
import type { Sampler } from './sampler.js';
import type { Schedule } from './schedule.js';
import { parseOptions } from './schema.js';
import { formatShape, type Shape } from './tensor.js';
import type { View } from './view.js';

/** A run with every name looked up and every option checked: what `run` takes. It can also be written by hand. */
export interface RunPlan {
  readonly model: Model;
  readonly schedule: Schedule;
  /** The noisiest first; one more than there are steps. */
  readonly levels: readonly NoiseLevel[];
  readonly sampler: Sampler;
  /** Already checked against `sampler.options`. */
  readonly samplerOptions: unknown;
  readonly guidances: readonly ConfiguredGuidance[];
  /** The views that guidances may name; none by default. */
  readonly views?: Catalog<View> | undefined;
  /** [samples, channels, height, width] */
  readonly shape: Shape;
  /** One for each sample, checked against `model.condition`. */
  readonly conditions: readonly unknown[];
}

/**
 * Looks up and checks everything that a run names, before anything is computed.
 *
 * @param model the one that the spec names, created by the caller, who may keep it for several runs
 * @throws UngrainError `unknown-sampler` (`-schedule` …), `bad-option`, `bad-shape`, and as `checkGuidances` does
 */
export function planRun(spec: RunSpec, registry: Registry, model: Model): RunPlan {
  const schedule = spec.schedule ? createSchedule(spec.schedule, registry) : model.schedule;
  const spacing = configure('spacing', registry.spacings.get(spec.spacing.name), spec.spacing);
  const sampler = configure('sampler', registry.samplers.get(spec.sampler.name), spec.sampler);
  const guidances = spec.guidance.map((named) => {
    const { entry, options } = configure('guidance', registry.guidances.get(named.name), named);
    return { guidance: entry, options };
  });
  checkGuidances(
    guidances.map(({ guidance }) => guidance),
    sampler.entry,
  );
  const sampleShape = spec.shape ?? model.sampleShape;
  if (!model.accepts(sampleShape))
    throw new UngrainError(
      'bad-shape',
      `Model '${model.name}' makes samples of shape ${formatShape(model.sampleShape)}, not ${formatShape(sampleShape)}.`,
    );
  return {
    model,
    schedule,
    levels: spacing.entry.levels(schedule, spec.steps, spacing.options),
    sampler: sampler.entry,
    samplerOptions: sampler.options,
    guidances,
    views: registry.views,
    shape: [spec.count, ...sampleShape],
    conditions: conditionPerSample(spec).map((raw) =>
      parseOptions(model.condition, raw, `the condition of model '${model.name}'`),
    ),
  };
}

function createSchedule(chosen: NonNullable<RunSpec['schedule']>, registry: Registry): Schedule {
  const { entry, options } = configure('schedule', registry.schedules.get(chosen.name), chosen);
  return entry.create(options);
}

/** An entry of the registry with its checked options. */
function configure<E extends { readonly name: string; readonly options: Sampler['options'] }>(
  kind: string,
  entry: E,
  { options }: { readonly options: unknown },
): { entry: E; options: unknown } {
  return { entry, options: parseOptions(entry.options, options, `${kind} '${entry.name}'`) };
}

/** None stands for `undefined` throughout, one for the same throughout. */
function conditionPerSample({ conditions, count }: RunSpec): readonly unknown[] {
  return conditions.length === count ? conditions : new Array<unknown>(count).fill(conditions[0]);
}
