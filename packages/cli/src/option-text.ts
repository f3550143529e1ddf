import { describeOptions, type OptionDescription, type Schema } from '@ungrain/core';

type Reader = (text: string) => unknown;

/** A number, or the text itself, which the schema then refuses in its own words. */
const readNumber: Reader = (text) => {
  const number = Number(text);
  return text.trim() === '' || Number.isNaN(number) ? text : number;
};

/** A JSON value, or the text itself. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const BOOLEANS: Readonly<Record<string, boolean>> = { true: true, yes: true, false: false, no: false };

const READERS: Readonly<Record<OptionDescription['type'], Reader>> = {
  number: readNumber,
  integer: readNumber,
  boolean: (text) => BOOLEANS[text] ?? text,
  text: (text) => text,
  choice: (text) => text,
  asset: (text) => text,
  weights: (text) => text,
  numbers: (text) => text.split(',').map(readNumber),
  list: (text) => (text.trimStart().startsWith('[') ? readJson(text) : text.split(',').map(readJson)),
  json: readJson,
};

/** A value as it was typed, turned into what an option of this type takes. It still has to be checked. */
export const readOptionText = ({ type }: Pick<OptionDescription, 'type'>, text: string): unknown => READERS[type](text);

/** Options as they were typed, by the schema that will check them. Unknown ones stay text, for the schema to refuse. */
export function readOptionTexts(schema: Schema<unknown>, texts: ReadonlyMap<string, string>): Record<string, unknown> {
  const descriptions = new Map(describeOptions(schema).map((option) => [option.name, option]));
  return Object.fromEntries(
    [...texts].map(([name, text]) => [name, readOptionText(descriptions.get(name) ?? { type: 'text' }, text)]),
  );
}

/** `1 to 10000`, `at least 0`, `one of torch, counter`; empty if anything goes. */
export function boundsText(option: OptionDescription): string {
  if (option.choices) return `one of ${option.choices.join(', ')}`;
  const low =
    option.min !== undefined
      ? `at least ${option.min}`
      : option.exclusiveMin !== undefined
        ? `above ${option.exclusiveMin}`
        : '';
  const high =
    option.max !== undefined
      ? `at most ${option.max}`
      : option.exclusiveMax !== undefined
        ? `below ${option.exclusiveMax}`
        : '';
  if (option.min !== undefined && option.max !== undefined) return `${option.min} to ${option.max}`;
  return [low, high].filter((text) => text !== '').join(', ');
}

/** What stands in brackets after an option's help: `1 to 10000; default 50`. */
export function limitsText(option: OptionDescription): string {
  const byDefault =
    option.default === undefined
      ? ''
      : `default ${typeof option.default === 'string' ? option.default : JSON.stringify(option.default)}`;
  return [boundsText(option), byDefault].filter((text) => text !== '').join('; ');
}
