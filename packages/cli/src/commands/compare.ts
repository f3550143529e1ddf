import { MAX_STEPS, UngrainError } from '@ungrain/core';
import {
  checkOutputFile,
  disposeOf,
  drawGrid,
  freshName,
  recordTexts,
  runNotes,
  writeWhole,
  type LoadedModel,
} from '@ungrain/host';
import { Option, type Command } from 'commander';
import { addGenerateFlags, generateRuns, loadForGenerate, type GenerateFlags } from '../generate-flags.js';
import { interruptible } from '../interruption.js';
import { counted, printJson, printLine } from '../output.js';
import { pluginsOf } from '../plugin-flag.js';
import { startProgress } from '../progress.js';

interface Flags extends Omit<GenerateFlags, 'steps'> {
  readonly steps: readonly number[];
  readonly out?: string;
}

export function define(command: Command): void {
  command
    .argument('<prompt...>', 'what the images show, each prompt in quotes: a row each')
    .addOption(
      new Option('--steps <list>', 'numbers of steps, for both stages: a column each')
        .argParser(stepsOf)
        .default([20, 100], '20,100'),
    )
    .option('--out <file>', 'the sheet, a png; a new one by default');
  addGenerateFlags(command, { fixedSteps: true });
  command.action((prompts: readonly string[], flags: Flags, self: Command) =>
    interruptible(async (signal) => compare(prompts, { ...flags, plugins: await pluginsOf(self) }, signal)),
  );
}

/** @throws UngrainError `bad-flag` */
function stepsOf(text: string): readonly number[] {
  const steps = text.split(',').map((piece) => (piece.trim() === '' ? NaN : Number(piece)));
  if (steps.length <= 16 && steps.every((n) => Number.isInteger(n) && n >= 1 && n <= MAX_STEPS)) return steps;
  throw new UngrainError('bad-flag', `--steps is a list of up to 16 numbers of steps, as 20,100, not '${text}'.`);
}

async function compare(prompts: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  const { steps, json = false } = flags;
  const started = performance.now();
  const out = flags.out ?? (await freshName('compare', 'png'));
  await checkOutputFile(out, ['png']);
  const progress = await startProgress('{part} {bar} {value} of {total}', 1, json, { part: 'opening' });
  const notes: string[] = [];
  let loaded: LoadedModel | undefined;
  try {
    const onPart = (part: string, done: number, total: number): void => progress.update(done, { part }, total);
    loaded = await loadForGenerate(flags, { signal, onPart, onNote: (note) => notes.push(note) });
    const stages = await generateRuns(prompts.slice(0, 1), { ...flags, steps: steps[0] }, loaded);
    notes.push(...stages.flatMap((stage) => runNotes(stage.spec, stage)));
    const [first, ...then] = stages;
    const axes = [
      { name: 'conditions', values: prompts.map((prompt) => [prompt]) },
      { name: 'steps', values: [...steps] },
    ];
    const onStep = (done: number, total: number): void => onPart('steps', done, total);
    const draw = await drawGrid(first.spec, axes, { ...first, then, signal, onStep });
    const record = { spec: first.spec, then: then.map(({ spec }) => spec), shown: { grid: axes }, assets: new Map() };
    await writeWhole(out, draw(recordTexts(record)));
    progress.stop();
    const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
    if (json) return printJson({ files: [out], seconds, notes, spec: record.spec, then: record.then, grid: axes });
    notes.forEach((note) => printLine(note));
    const what = `${counted(prompts.length, 'prompt')} in ${steps.join(', ')} steps`;
    printLine(`${what}, ${seconds.toFixed(1)} s on ${first.spec.versions['engine']}: ${out}`);
  } finally {
    progress.stop();
    if (loaded) await disposeOf(loaded);
  }
}
