import {
  describeOptions,
  parseOptions,
  runSpecSchema,
  UngrainError,
  type Model,
  type Registry,
  type RunSpec,
  type Schema,
} from '@ungrain/core';
import { SPEC_FIELDS, unknownField, type GridAxis } from '@ungrain/host';
import { parseClassList } from './class-list.js';
import { parseNamedOptions } from './named-options.js';
import { readOptionText, readOptionTexts } from './option-text.js';

/** What an axis is called and its values, as they were typed. */
export interface TypedAxis {
  readonly name: string;
  readonly values: string;
}

/** `steps=10,20`, `sampler=ddim,euler`, `class=0..9`, `cfg.scale=1,3,5`. @throws UngrainError `bad-flag` */
export function parseAxis(text: string): TypedAxis {
  const [, name = '', values = ''] = /^\s*([^=\s]+)\s*=(.*)$/.exec(text) ?? [];
  if (name !== '' && values.trim() !== '') return { name, values };
  throw new UngrainError('bad-flag', `--grid '${text}' is no axis; write NAME=VALUE,VALUE, such as steps=10,20,50.`);
}

interface Context {
  readonly spec: RunSpec;
  readonly registry: Registry;
  readonly model: Model;
}

/**
 * The axes of a grid with their values, as far as they can be read; running them checks them.
 * @throws UngrainError `bad-flag`, `unknown-field`, `unknown-sampler` (`-schedule` …), `bad-option`
 */
export function readAxes(axes: readonly TypedAxis[], context: Context): readonly GridAxis[] {
  if (axes.length > 2) throw new UngrainError('bad-flag', `--grid takes one axis or two, not ${axes.length}.`);
  if (new Set(axes.map(({ name }) => name)).size < axes.length)
    throw new UngrainError('bad-flag', `--grid was given the axis '${axes[0]!.name}' twice.`);
  return axes.map((axis) => readAxis(axis, context));
}

/** The fields of a spec that name something of a registry. */
const CATALOGS = { sampler: 'samplers', schedule: 'schedules', spacing: 'spacings' } as const;
type Named = keyof typeof CATALOGS;

function readAxis({ name, values: text }: TypedAxis, { spec, registry, model }: Context): GridAxis {
  if (name === 'class') {
    const classes = parseClassList(text).map((value) => parseOptions(model.condition, value, '--grid class'));
    return { name: 'conditions', values: classes.map((value) => [value]) };
  }
  const pieces = text.split(',').map((piece) => piece.trim());
  if (name in CATALOGS) {
    const catalog = registry[CATALOGS[name as Named]];
    const values = pieces.map((piece) => {
      const chosen = parseNamedOptions(piece, `--grid ${name}`);
      return { name: chosen.name, options: readOptionTexts(catalog.get(chosen.name).options, chosen.options) };
    });
    return { name, values };
  }
  const { schema, option } = fieldOf(name, spec, registry);
  const description = describeOptions(schema).find((one) => one.name === option);
  return { name, values: pieces.map((piece) => readOptionText(description ?? { type: 'text' }, piece)) };
}

/** The schema that a value of an axis has to fit, and its field there. @throws UngrainError `unknown-field` */
function fieldOf(name: string, spec: RunSpec, registry: Registry): { schema: Schema<unknown>; option: string } {
  const field = SPEC_FIELDS.find((one) => one === name);
  if (field) return { schema: runSpecSchema, option: field };
  const dot = name.indexOf('.');
  const [owner, option] = [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
  for (const [part, catalog] of Object.entries(CATALOGS) as [Named, (typeof CATALOGS)[Named]][])
    if (spec[part]?.name === owner) return { schema: registry[catalog].get(owner).options, option };
  if (!spec.guidance.some((one) => one.name === owner)) throw unknownField(name, spec);
  return { schema: registry.guidances.get(owner).options, option };
}
