import {
  describeOptions,
  suggestion,
  UngrainError,
  type Model,
  type ModelEntry,
  type OptionDescription,
} from '@ungrain/core';
import { classesOf, conditionKind } from '@ungrain/host';
import { recipeNamed } from '@ungrain/models-mnist/train';
import type { Command } from 'commander';
import { catalogs, KINDS, singular, type Catalogs, type Kind } from '../catalogs.js';
import { jsonFlag } from '../common-flags.js';
import { addDeepfloydFlags, deepfloydOf, type DeepfloydFlags } from '../deepfloyd-flags.js';
import { limitsText } from '../option-text.js';
import { pluginsOf } from '../plugin-flag.js';
import { printColumns, printJson, printLine } from '../output.js';

/** What is known of one thing, as it is printed. */
interface Description {
  readonly kind: string;
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionDescription[];
  /** Models: what else there is to say. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export function define(command: Command): void {
  command
    .argument('<name>', 'of a model, sampler, schedule, spacing, guidance, view, energy or recipe')
    .addOption(jsonFlag());
  addDeepfloydFlags(command);
  command.action(describe);
}

async function describe(
  name: string,
  flags: DeepfloydFlags & { readonly json?: boolean },
  command: Command,
): Promise<void> {
  const all = catalogs(await pluginsOf(command), { deepfloyd: deepfloydOf(flags) });
  const kinds = KINDS.filter((kind) => all.entries[kind].some((entry) => entry.name === name));
  if (kinds.length === 0) {
    const names = KINDS.flatMap((kind) => all.entries[kind].map((entry) => entry.name));
    throw new UngrainError('unknown-name', `There is nothing named '${name}'${suggestion(name, [...new Set(names)])}`);
  }
  const descriptions = await Promise.all(kinds.map((kind) => describeEntry(kind, name, all)));
  if (flags.json) printJson(descriptions);
  else descriptions.forEach(printDescription);
}

async function describeEntry(kind: Kind, name: string, all: Catalogs): Promise<Description> {
  const { summary } = all.entries[kind].find((entry) => entry.name === name)!;
  return { kind: singular(kind), name, summary, ...(await DETAILS[kind](name, all)) };
}

/** A model; of one that lies in a folder that was not named, where that is to be named. */
async function create(entry: ModelEntry): Promise<Model | { readonly weights: string }> {
  try {
    return await entry.create();
  } catch (error) {
    if (error instanceof UngrainError && error.code === 'no-stage') return { weights: error.message };
    throw error;
  }
}

type Details = Pick<Description, 'options' | 'facts'>;

/** What there is to say about one of a kind beyond its summary. */
const DETAILS: Readonly<Record<Kind, (name: string, all: Catalogs) => Promise<Details>>> = {
  models: async (name, { registry }) => {
    const model = await create(registry.models.get(name));
    if (!('predict' in model)) return { options: [], facts: model };
    try {
      return { options: [], facts: factsOf(model) };
    } finally {
      await model.dispose();
    }
  },
  samplers: async (name, { registry }) => ({ options: describeOptions(registry.samplers.get(name).options) }),
  schedules: async (name, { registry }) => ({ options: describeOptions(registry.schedules.get(name).options) }),
  spacings: async (name, { registry }) => ({ options: describeOptions(registry.spacings.get(name).options) }),
  guidances: async (name, { registry }) => ({ options: describeOptions(registry.guidances.get(name).options) }),
  views: async (name, { registry }) => ({ options: describeOptions(registry.views.get(name).options) }),
  energies: async (name, { registry }) => ({ options: describeOptions(registry.energies.get(name).options) }),
  recipes: async (name) => {
    const { settings, figures } = recipeNamed(name);
    return { options: [...describeOptions(settings), ...(figures ? describeOptions(figures.drawing) : [])] };
  },
};

const factsOf = (model: Model): Readonly<Record<string, unknown>> => ({
  shape: model.sampleShape,
  range: model.range,
  prediction: model.prediction,
  variance: model.variance,
  condition: conditionKind(model),
  classes: classesOf(model) ?? undefined,
  defaults: model.defaults,
});

function printDescription({ kind, name, summary, options, facts = {} }: Description, i: number): void {
  printLine(`${i > 0 ? '\n' : ''}${kind} ${name}: ${summary}`);
  printColumns(
    Object.entries(facts)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    '  ',
  );
  printColumns(
    options.map((option) => [option.name, option.type, `${option.help}${limits(option)}`]),
    '  ',
  );
  if (options.length === 0 && Object.keys(facts).length === 0) printLine('  It has no options.');
}

const limits = (option: OptionDescription): string => {
  const text = limitsText(option);
  return text === '' ? '' : ` (${text})`;
};
