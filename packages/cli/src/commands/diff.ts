import { comparePictures, differences, readRecord, recordJson, type PictureDifference } from '@ungrain/host';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { printColumns, printJson, printLine } from '../output.js';

export function define(command: Command): void {
  command
    .argument('<a>', 'a file that carries its run')
    .argument('<b>', 'another one')
    .addOption(jsonFlag())
    .action(diff);
}

async function diff(a: string, b: string, { json }: { readonly json?: boolean }): Promise<void> {
  const [left, right] = [await readRecord(a), await readRecord(b)];
  const runOf = ({ record }: typeof left) => {
    const { spec, then, shown } = recordJson(record);
    return { ...spec, then, shown };
  };
  const found = differences(runOf(left), runOf(right));
  const pictures = await comparePictures(left, right);
  if (json) return printJson({ differences: found, pictures });
  if (found.length === 0) printLine('The runs are the same.');
  else printColumns([['', a, b], ...found.map(({ path, a: then, b: now }) => [path, text(then), text(now)])]);
  if (pictures) printLine(pictureText(pictures));
}

const text = (value: unknown): string =>
  value === undefined ? '-' : typeof value === 'string' ? value : JSON.stringify(value);

function pictureText({ sizes, values, different, largest }: PictureDifference): string {
  if (values === null) return `The pictures differ in size: ${sizes.join(' and ')}.`;
  if (different === 0) return 'The pictures are the same.';
  return `The pictures differ in ${different} of ${values} values, by ${largest} of 255 at most.`;
}
