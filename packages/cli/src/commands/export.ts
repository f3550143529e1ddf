import { EXPORT_FORMATS, exportModel, type ExportFormat } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag, weightsFlag, wholeNumberFlag } from '../common-flags.js';
import { printJson, printLine } from '../output.js';

interface ExportFlags {
  readonly format: ExportFormat;
  readonly out?: string;
  readonly weights?: string;
  readonly rows?: number;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<model>', 'the model, such as digits')
    .addOption(
      new Option('--format <format>', 'onnx: the network with its weights; safetensors: the weights')
        .choices(EXPORT_FORMATS)
        .default('onnx'),
    )
    .option('--out <file>', 'the file to write, MODEL.FORMAT by default')
    .addOption(wholeNumberFlag('--rows', 'onnx: images that a run takes, any number by default', { min: 1, max: 4096 }))
    .addOption(weightsFlag())
    .addOption(jsonFlag())
    .action(exportTo);
}

async function exportTo(model: string, { format, out, weights, rows, json = false }: ExportFlags): Promise<void> {
  const file = out ?? `${model}.${format}`;
  const { inputs, outputs } = await exportModel({ model, format, out: file, weights, rows });
  if (json) return printJson({ file, format, inputs, outputs });
  printLine(`Written: ${file}`);
  for (const [what, ports] of [
    ['takes', inputs],
    ['gives', outputs],
  ] as const)
    for (const { name, shape } of ports) printLine(`  ${what} ${name} [${shape.join(', ')}]`);
}
