import { readRecord, recordJson, type RunRecord } from '@ungrain/host';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { counted, printColumns, printJson, printLine } from '../output.js';

export function define(command: Command): void {
  command
    .argument('<file>', 'a png, gif or safetensors file that Ungrain wrote, or JSON that this command printed')
    .addOption(jsonFlag())
    .action(show);
}

async function show(path: string, { json }: { readonly json?: boolean }): Promise<void> {
  const { record } = await readRecord(path);
  if (json) return printJson(recordJson(record));
  printLine(`${path}: ${whatIsShown(record)}`);
  printColumns(rowsOf(record), '  ');
}

/** `sample 3 of 10 of digits` */
function whatIsShown({ spec, shown }: RunRecord): string {
  const { model, count } = spec;
  if (shown.grid) return `runs of ${model} that differ in ${shown.grid.map(({ name }) => name).join(' and ')}`;
  if (shown.sample !== undefined) return `sample ${shown.sample + 1} of ${count} of ${model}`;
  const whole = `${counted(count, 'sample')} of ${model}`;
  if (shown.frames) return `${whole} on the way, ${shown.frames === 'x' ? 'the states x_t' : 'the estimates x0'}`;
  return whole;
}

function rowsOf({ spec, shown, assets }: RunRecord): readonly (readonly [string, string])[] {
  const { format, model, weights, sampler, schedule, spacing, guidance, versions, ...rest } = spec;
  const rows: (readonly [string, string | undefined])[] = [
    ['model', weights === undefined ? model : `${model}, weights ${weights}`],
    ['sampler', partText(sampler)],
    ['schedule', schedule && partText(schedule)],
    ['spacing', partText(spacing)],
    ...guidance.map((one, i) => [i === 0 ? 'guidance' : '', partText(one)] as const),
    ...Object.entries(rest).map(([name, value]) => [name, plain(value)] as const),
    ...(shown.grid ?? []).map(({ name, values }) => [`grid: ${name}`, values.map(valueText).join(', ')] as const),
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
