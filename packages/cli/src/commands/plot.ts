import { extname } from 'node:path';
import {
  checkOutputFile,
  compareCurves,
  drawCurves,
  drawRunCurve,
  isFolder,
  readCurve,
  type CurveComparison,
} from '@ungrain/host';
import type { Command } from 'commander';
import { jsonFlag, wholeNumberFlag } from '../common-flags.js';
import { printJson, printLine } from '../output.js';

interface PlotFlags {
  readonly out?: string;
  readonly after: number;
  readonly json?: boolean;
}

export function define(command: Command): void {
  command
    .argument(
      '<runs...>',
      'folders of runs, or files of JSON lines with step, loss and loss_mean_50, as PyTorch programs write',
    )
    .option('--out <file.png>', 'where curves are laid over one another (of one run: its loss.svg and loss.png)')
    .addOption(
      wholeNumberFlag('--after', 'several runs are compared with the first beyond this step', {
        min: 0,
        max: 100_000_000,
      }).default(200),
    )
    .addOption(jsonFlag())
    .action(plot);
}

/** A curve beside the first one. */
interface Compared {
  readonly curve: string;
  readonly reference: string;
  /** Null if they have no common steps. */
  readonly comparison: CurveComparison | null;
}

async function plot(paths: readonly string[], { out, after, json = false }: PlotFlags): Promise<void> {
  const [first, ...others] = paths.map((path) => path.replace(/(?<=.)\/+$/, ''));
  if (others.length === 0 && out === undefined && (await isFolder(first!)))
    return tell(await drawRunCurve(first!), [], after, json);
  const file = out ?? 'loss.png';
  await checkOutputFile(file, ['png', 'svg']);
  const named = async (name: string) => ({ ...(await readCurve(name)), name });
  const reference = await named(first!);
  const curves = await Promise.all(others.map(named));
  const compared = curves.map((curve) => ({
    curve: curve.name,
    reference: reference.name,
    comparison: compareCurves(curve, reference, after),
  }));
  const caption = compared.map((one) => sentence(one, after)).join(' ');
  const stem = file.slice(0, -extname(file).length);
  tell(await drawCurves([reference, ...curves], stem, { title: 'Learning curves', caption }), compared, after, json);
}

function sentence({ curve, reference, comparison }: Compared, after: number): string {
  if (!comparison) return `${curve} and ${reference} have no common step beyond ${after}.`;
  const { deviation, worstStep, steps, from, to } = comparison;
  return `${curve} lies at most ${Number((deviation * 100).toPrecision(2))} % from ${reference} (step ${worstStep}; ${steps} common steps from ${from} to ${to}).`;
}

function tell(files: readonly string[], compared: readonly Compared[], after: number, json: boolean): void {
  if (json) return printJson({ files, after, compared });
  for (const one of compared) printLine(sentence(one, after));
  printLine(files.join(', '));
}
