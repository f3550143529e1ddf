import type { RunRecord } from '@ungrain/host';

/** A run as a person reads it: a name and a text for each of its settings. */
export function recordRows({ spec, shown, assets }: RunRecord): readonly (readonly [string, string])[] {
  const { format, model, weights, sampler, schedule, spacing, guidance, changes = [], versions, ...rest } = spec;
  const rows: (readonly [string, string | undefined])[] = [
    ['model', weights === undefined ? model : `${model}, weights ${weights}`],
    ['sampler', partText(sampler)],
    ['schedule', schedule && partText(schedule)],
    ['spacing', partText(spacing)],
    ...guidance.map((one, i) => [i === 0 ? 'guidance' : '', partText(one)] as const),
    ...Object.entries(rest).map(([name, value]) => [name, plain(value)] as const),
    ...changes.map(({ after, ...change }) => [`after step ${after}`, changeText(change)] as const),
    ...(shown.grid ?? []).map(({ name, values }) => [`grid: ${name}`, values.map(valueText).join(', ')] as const),
    ...Object.entries(shown.sheet?.options ?? {}).map(([name, value]) => [`sheet: ${name}`, valueText(value)] as const),
    ...[...assets].map(([name, png]) => ['carries', `the image ${name} (${png.length} bytes)`] as const),
    [
      'made with',
      Object.entries(versions)
        .map(([name, text]) => `${name} ${text}`)
        .join(', '),
    ],
    ['layout', String(format)],
  ];
  const varied = new Set(shown.grid?.map(({ name }) => name));
  return rows.flatMap(([name, text]) => (text === undefined || text === '' || varied.has(name) ? [] : [[name, text]]));
}

const partText = ({ name, options }: RunRecord['spec']['sampler']): string => {
  const pairs = Object.entries(options).map(([key, value]) => `${key}=${valueText(value)}`);
  return pairs.length > 0 ? `${name}:${pairs.join(',')}` : name;
};

const valueText = (value: unknown): string => {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'name' in value)
    return partText({ options: {}, ...value } as never);
  return Array.isArray(value) ? value.map(valueText).join(',') : JSON.stringify(value);
};

const plain = (value: unknown): string | undefined =>
  value === undefined || (Array.isArray(value) && value.length === 0) ? undefined : valueText(value);

const changeText = (change: Readonly<Record<string, unknown>>): string =>
  Object.entries(change)
    .map(([name, value]) => `${name} ${plain(value) ?? 'none'}`)
    .join('; ');
