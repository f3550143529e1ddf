import { basename, extname } from 'node:path';
import { freshName, importWeights, type ImportReport } from '@ungrain/host';
import { UNET_KINDS } from '@ungrain/models-mnist';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { printColumns, printJson, printLine } from '../output.js';

interface ImportFlags {
  readonly model: string;
  readonly key?: string;
  readonly out?: string;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<file>', 'a state_dict or checkpoint that torch.save wrote (.pt, .pth), or .safetensors')
    .option('--model <name>', 'the model that the weights are for', 'digits')
    .option('--key <name>', 'the item of the checkpoint with the weights, where it has several')
    .option('--out <file>', 'the safetensors file to write; a new one named after the checkpoint by default')
    .addOption(jsonFlag())
    .action(importFile);
}

async function importFile(path: string, { model, key, out, json = false }: ImportFlags): Promise<void> {
  const target = out ?? (await freshName(basename(path, extname(path)), 'safetensors'));
  const { weights, ...report } = await importWeights({ path, model, key, out: target });
  const numbers = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
  if (json) return printJson({ file: target, numbers, ...report });
  printReport(path, target, numbers, report);
  const example = report.kind === 'uncond' ? `denoise IMAGE --one-step --model ${model}` : `sample ${model}`;
  printLine(`Try it: ungrain ${example} --weights ${target}`);
}

/** What a layer of the file was recognised by. */
const EVIDENCE = { name: 'by its name', shape: 'by its shape', order: 'by its place in the order' } as const;

function printReport(
  path: string,
  target: string,
  numbers: number,
  { kind, hidden, key, layers, zeroBiases, unused }: Omit<ImportReport, 'weights'>,
): void {
  const part = key === null ? path : `'${key}' in ${path}`;
  printLine(`${target}: ${part} is ${UNET_KINDS[kind]} with D = ${hidden}, ${numbers.toLocaleString('en')} numbers.`);
  if (layers.every(({ theirs, ours }) => theirs === ours)) printLine('Its layers are called as they are here.');
  else
    printColumns(
      layers.map(({ theirs, ours, evidence }) => [theirs, '→', ours, EVIDENCE[evidence]]),
      '  ',
    );
  if (zeroBiases.length > 0) printLine(`Without a bias in the file, so zero: ${zeroBiases.join(', ')}`);
  if (unused.length > 0) printLine(`Not used: ${unused.join(', ')}`);
}
