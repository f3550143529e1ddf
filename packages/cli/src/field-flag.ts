import { describeOptions, parseOptions, type OptionDescription, type Schema } from '@ungrain/core';
import { flagName } from '@ungrain/host';
import { Option } from 'commander';
import { boundsText, limitsText, readOptionText } from './option-text.js';

const PLACEHOLDERS: Readonly<Record<OptionDescription['type'], string>> = {
  number: '<number>',
  integer: '<n>',
  boolean: '<true|false>',
  text: '<text>',
  choice: '<choice>',
  numbers: '<list>',
  list: '<list>',
  asset: '<file>',
  weights: '<file>',
  json: '<json>',
};

/**
 * A flag for one field of a schema: name, help and limits come from there, and its value is checked by it. Without the
 * flag there is no value, so that whoever reads it knows what was said.
 */
function fieldFlag(schema: Schema<unknown>, option: OptionDescription, defaults: boolean): Option {
  const flag = flagName(option.name);
  const limits = defaults ? limitsText(option) : boundsText(option);
  const help = `${lowerCaseStart(option.help.replace(/\.$/, ''))}${limits && ` (${limits})`}`;
  return new Option(`${flag} ${PLACEHOLDERS[option.type]}`, help).argParser((text) =>
    parseOptions(fieldOf(schema, option.name), readOptionText(option, text), flag),
  );
}

/** A flag for each of the named fields. @param defaults does the help name the schema's defaults? */
export function fieldFlags(schema: Schema<unknown>, names: readonly string[], defaults = true): readonly Option[] {
  return describeOptions(schema)
    .filter(({ name }) => names.includes(name))
    .map((option) => fieldFlag(schema, option, defaults));
}

/** Object schemas have their fields' schemas as `shape`. */
function fieldOf(schema: Schema<unknown>, name: string): Schema<unknown> {
  const { shape } = schema as Schema<unknown> & { readonly shape: Readonly<Record<string, Schema<unknown>>> };
  return shape[name]!;
}

/** `Steps from noise` → `steps from noise`, but `D, the channels` and `SHA-256` stay. */
const lowerCaseStart = (text: string): string => text.replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
