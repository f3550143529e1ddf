import { readRecord, recordJson, type RunRecord } from '@ungrain/host';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { counted, printColumns, printJson, printLine } from '../output.js';
import { recordRows } from '../record-text.js';

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
  printColumns(recordRows(record), '  ');
  for (const spec of record.then ?? []) {
    printLine(`then, on these images: ${whatIsShown({ ...record, spec })}`);
    printColumns(recordRows({ spec, shown: {}, assets: new Map() }), '  ');
  }
}

/** `sample 3 of 10 of digits` */
function whatIsShown({ spec, shown }: RunRecord): string {
  const { model, count } = spec;
  if (shown.sheet) return `a sheet, '${shown.sheet.name}', of ${model}`;
  if (shown.grid) return `runs of ${model} that differ in ${shown.grid.map(({ name }) => name).join(' and ')}`;
  if (shown.sample !== undefined) return `sample ${shown.sample + 1} of ${count} of ${model}`;
  const whole = `${counted(count, 'sample')} of ${model}`;
  if (shown.frames) return `${whole} on the way, ${shown.frames === 'x' ? 'the states x_t' : 'the estimates x0'}`;
  return whole;
}
