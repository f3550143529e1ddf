import {
  parseRunSpec,
  runSpecSchema,
  type Catalog,
  type Registry,
  type RunSpec,
  type RunSpecInput,
  type Schema,
} from '@ungrain/core';
import type { LoadedModel } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { fieldFlags } from './field-flag.js';
import { parseNamedOptions, type NamedOptions } from './named-options.js';
import { readOptionTexts } from './option-text.js';

/** What the flags of a run say; absent where they were not given, and then the model's own. */
export interface RunFlags {
  readonly steps?: number | undefined;
  readonly seed?: number;
  readonly noise?: RunSpec['noise'];
  readonly sampler?: NamedOptions | undefined;
  readonly schedule?: NamedOptions | undefined;
  readonly spacing?: NamedOptions | undefined;
  readonly guidance?: readonly NamedOptions[] | undefined;
}

/** A flag that names something of a registry, with its options. */
export const named = (flag: string, help: string): Option =>
  new Option(`${flag} <name[:key=value,…]>`, help).argParser((text) => parseNamedOptions(text, flag));

/** `none` takes back what was said before, and the model's own guidance. */
const collectGuidance = (text: string, previous: readonly NamedOptions[] = []): readonly NamedOptions[] =>
  text === 'none' ? [] : [...previous, parseNamedOptions(text, '--guidance')];

/** Adds the flags that say how a model is sampled. */
export function addRunFlags(command: Command, fields: readonly ('steps' | 'seed' | 'noise')[]): void {
  for (const flag of fieldFlags(runSpecSchema, fields)) command.addOption(flag);
  command
    .addOption(named('--sampler', "walks from noise to data (the model's own by default; see `ungrain list samplers`)"))
    .addOption(named('--schedule', "replaces the model's own schedule"))
    .addOption(named('--spacing', 'chooses the noise levels that the steps visit'))
    .addOption(
      new Option(
        '--guidance <name[:key=value,…]>',
        "what the run means, repeatable, the first wraps the ones after it; replaces the model's own, and 'none' clears it",
      ).argParser(collectGuidance),
    );
}

/**
 * The run that flags describe: the model's defaults, and over them what was said.
 * @throws UngrainError `unknown-sampler` (`-spacing` …), `bad-option`
 */
export function specOfFlags(
  flags: RunFlags,
  { model, registry, weights, versions }: LoadedModel,
  others: Pick<RunSpecInput, 'count' | 'conditions' | 'versions'>,
): RunSpec {
  const { steps, seed, noise } = flags;
  return parseRunSpec({
    ...model.defaults,
    ...others,
    model: model.name,
    versions: { ...others.versions, ...versions },
    ...(weights && { weights: weights.sha256 }),
    ...(steps !== undefined && { steps }),
    ...(seed !== undefined && { seed }),
    ...(noise !== undefined && { noise }),
    ...chosenParts(flags, registry),
  });
}

/** The parts that flags name, with their options; those not named are left out. @throws UngrainError `unknown-sampler` (`-spacing` …) */
export function chosenParts(
  { sampler, schedule, spacing, guidance }: Pick<RunFlags, 'sampler' | 'schedule' | 'spacing' | 'guidance'>,
  registry: Registry,
) {
  return {
    ...(sampler && { sampler: choose(registry.samplers, sampler) }),
    ...(schedule && { schedule: choose(registry.schedules, schedule) }),
    ...(spacing && { spacing: choose(registry.spacings, spacing) }),
    ...(guidance && { guidance: guidance.map((one) => choose(registry.guidances, one)) }),
  };
}

const choose = (catalog: Catalog<{ readonly options: Schema<unknown> }>, { name, options }: NamedOptions) => ({
  name,
  options: readOptionTexts(catalog.get(name).options, options),
});
