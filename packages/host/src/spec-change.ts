import { parseRunSpec, suggestion, UngrainError, type RunSpec } from '@ungrain/core';

/** The fields of a spec that may be changed from one run to the next. */
export const SPEC_FIELDS = ['sampler', 'schedule', 'spacing', 'steps', 'seed', 'noise', 'conditions'] as const;
type SpecField = (typeof SPEC_FIELDS)[number];

const isField = (name: string): name is SpecField => (SPEC_FIELDS as readonly string[]).includes(name);

/** The parts of a spec that have options of their own, and how another is put in a part's place. */
function partsOf(spec: RunSpec) {
  const { sampler, spacing, schedule, guidance } = spec;
  return [
    { part: sampler, put: (part: typeof sampler): RunSpec => ({ ...spec, sampler: part }) },
    { part: spacing, put: (part: typeof sampler): RunSpec => ({ ...spec, spacing: part }) },
    ...(schedule ? [{ part: schedule, put: (part: typeof sampler): RunSpec => ({ ...spec, schedule: part }) }] : []),
    ...guidance.map((part, at) => ({
      part,
      put: (other: typeof sampler): RunSpec => ({
        ...spec,
        guidance: guidance.map((one, i) => (i === at ? other : one)),
      }),
    })),
  ];
}

/**
 * A spec with one thing changed.
 * @throws UngrainError `unknown-field` if the run has no such thing, `bad-option`
 */
export function changeSpec(spec: RunSpec, name: string, value: unknown): RunSpec {
  if (isField(name)) return parseRunSpec({ ...spec, [name]: value });
  const dot = name.indexOf('.');
  const found = partsOf(spec).find(({ part }) => dot > 0 && part.name === name.slice(0, dot));
  if (found) return found.put({ ...found.part, options: { ...found.part.options, [name.slice(dot + 1)]: value } });
  throw unknownField(name, spec);
}

/** The names of the parts of a spec that have options: what `NAME.OPTION` may begin with. */
export const partNames = (spec: RunSpec): readonly string[] => partsOf(spec).map(({ part }) => part.name);

/** The error for something that a run does not have. */
export function unknownField(name: string, spec: RunSpec): UngrainError {
  const known = [...SPEC_FIELDS, ...partNames(spec).map((part) => `${part}.OPTION`)];
  return new UngrainError('unknown-field', `The run has no '${name}' to vary${suggestion(name, known)}`);
}
