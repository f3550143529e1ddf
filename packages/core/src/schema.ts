import { z } from 'zod';
import { suggestion, UngrainError } from './errors.js';

/**
 * The one description of a value: of a sampler's options, a run, a condition. From it come the check, the type, the
 * command's flags, the web form and the documentation, so each field should have `.describe('…')` and a default.
 */
export type Schema<O> = z.ZodType<O>;

/**
 * Checks options and fills in their defaults.
 *
 * @param where whose options they are, as the message names it: `sampler 'ddim'`
 * @throws UngrainError `bad-option`: one sentence that names the option, what it must be and what it was.
 */
export function parseOptions<O>(schema: Schema<O>, raw: unknown, where: string): O {
  const result = schema.safeParse(raw, { reportInput: true });
  if (result.success) return result.data;
  // What is wrong inside explains more than that the whole does not fit, and one sentence is enough to go on.
  const issue = result.error.issues[0]!;
  throw new UngrainError('bad-option', explain(issue, schema, where));
}

type Issue = z.core.$ZodIssue;

function explain(issue: Issue, schema: Schema<unknown>, where: string): string {
  const subject = issue.path.length > 0 ? `Option '${pathName(issue.path)}' of ${where}` : capitalize(where);
  if (issue.code === 'unrecognized_keys') {
    const unknown = issue.keys[0]!;
    const known = issue.path.length > 0 ? [] : describeOptions(schema).map((option) => option.name);
    return `${subject} has no option '${unknown}'${suggestion(unknown, known)}`;
  }
  if (issue.code === 'custom') return `${subject} is wrong: ${issue.message}.`;
  if (issue.input === undefined && issue.code !== 'invalid_union')
    return `${subject} is missing: it must be ${wanted(issue)}.`;
  return `${subject} must be ${wanted(issue)}, not ${shown(issue.input)}.`;
}

/** What a value had to be. */
function wanted(issue: Exclude<Issue, { code: 'unrecognized_keys' | 'custom' }>): string {
  switch (issue.code) {
    case 'too_small':
      return `${counted(issue.origin)}${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `${counted(issue.origin)}${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    case 'invalid_type':
      return TYPE_NAMES[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_value':
      return issue.values.length === 1 ? shown(issue.values[0]) : `one of ${issue.values.map(shown).join(', ')}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `a text that matches ${issue.pattern}` : `a valid ${issue.format}`;
    case 'invalid_union':
      return [
        ...new Set(issue.errors.flatMap((errors) => errors.slice(0, 1).map((inner) => wantedOrMessage(inner)))),
      ].join(' or ');
    case 'invalid_key':
    case 'invalid_element':
      return 'valid throughout';
  }
}

function wantedOrMessage(issue: Issue): string {
  return issue.code === 'unrecognized_keys' || issue.code === 'custom' ? issue.message : wanted(issue);
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'a text',
  boolean: 'true or false',
  nonoptional: 'given',
};

const counted = (origin: string): string => (origin === 'array' || origin === 'string' ? 'of a length of ' : '');

/** `guidance[0].name` */
const pathName = (path: readonly PropertyKey[]): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i > 0 ? '.' : ''}${String(key)}`)).join('');

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const LONGEST_SHOWN = 60;

/** A value as a message quotes it, cut where it is long. */
function shown(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? typeof value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** One option, as flags, forms and documentation need it. */
export interface OptionDescription {
  readonly name: string;
  /**
   * `choice` has `choices`; `list` has texts or values of any kind; `asset` is an image or mask (see `assetOption`); `weights`
   * is a file of them (see `weightsOption`); `json` is anything else (a list of objects, say) and is written as JSON.
   */
  readonly type:
    'number' | 'integer' | 'boolean' | 'text' | 'choice' | 'numbers' | 'list' | 'asset' | 'weights' | 'json';
  readonly required: boolean;
  readonly default?: unknown;
  /** The bounds of a number; `exclusive…` if the bound itself is outside. */
  readonly min?: number;
  readonly max?: number;
  readonly exclusiveMin?: number;
  readonly exclusiveMax?: number;
  readonly choices?: readonly string[];
  /** One sentence; empty if the schema has none. */
  readonly help: string;
}

/** The part of JSON Schema that options use. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  /** Set by `assetOption`. */
  readonly asset?: boolean;
  /** Set by `weightsOption`. */
  readonly weights?: boolean;
}

/** The fields of an object schema, in order. A schema of another kind has none. */
export function describeOptions(schema: Schema<unknown>): readonly OptionDescription[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  }) as JsonSchema;
  return Object.entries(properties).map(([name, field]) => {
    const { description = '', minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field;
    return {
      name,
      type: typeOf(field),
      required: required.includes(name),
      ...('default' in field && { default: field.default }),
      // z.int() bounds every integer by the safe ones, which nobody needs to be told.
      ...(minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER && { min: minimum }),
      ...(maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER && { max: maximum }),
      ...(exclusiveMinimum !== undefined && { exclusiveMin: exclusiveMinimum }),
      ...(exclusiveMaximum !== undefined && { exclusiveMax: exclusiveMaximum }),
      ...(field.enum && { choices: field.enum.map(String) }),
      help: description,
    };
  });
}

const SIMPLE_TYPES: Readonly<Record<string, OptionDescription['type']>> = {
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  string: 'text',
};

function typeOf({ type, items, enum: choices, asset, weights }: JsonSchema): OptionDescription['type'] {
  if (asset) return 'asset';
  if (weights) return 'weights';
  if (choices) return 'choice';
  if (type === 'array' && (items?.type === 'number' || items?.type === 'integer')) return 'numbers';
  if (type === 'array' && (items?.type === undefined || items.type === 'string')) return 'list';
  return (typeof type === 'string' && SIMPLE_TYPES[type]) || 'json';
}
