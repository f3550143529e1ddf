import { cpus } from 'node:os';
import { UngrainError } from '@ungrain/core';
import type { Engine } from '@ungrain/graph';
import type { Recipe } from '@ungrain/models-mnist/train';
import { RunFolder, trainRun, type TrainRunStep } from '@ungrain/training';
import { drawRunCurve } from './curves.js';
import type { EngineSource } from './engine.js';
import { fileError, isSystemError } from './file-errors.js';
import { checkOutputFolder } from './output-files.js';
import { resolveRecipe } from './recipe-options.js';
import { drawFigures } from './run-figures.js';
import { loadTrainingData } from './training-data.js';

export interface TrainRecipeOptions {
  readonly recipe: Recipe;
  /** The options that are not to have their defaults. On resuming, those of the run are kept; of them only how figures are drawn may be others. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where everything is written: see RunFolder of @ungrain/training. */
  readonly folder: string;
  readonly engine: EngineSource;
  /** A folder of IDX files with MNIST's names; MNIST itself by default. */
  readonly data?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly maxSteps?: number | undefined;
  readonly checkpointEvery?: number | undefined;
  /** Checkpoints kept. */
  readonly keep?: number | undefined;
  /** Draws no figures; `reportRun` can do so later. */
  readonly figures?: boolean | undefined;
  /** The programs at work besides the engine, for the record. */
  readonly versions?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a recipe in a folder, step by step, draws its figures as it goes, and ends with `weights.safetensors` in it.
 * @throws UngrainError `bad-option`, `missing-data`, `file-not-written`, `other-run`; as `trainRun` does
 */
export async function* trainRecipe(options: TrainRecipeOptions): AsyncGenerator<TrainRunStep, void, void> {
  const {
    recipe,
    folder,
    resume = false,
    maxSteps,
    checkpointEvery,
    keep,
    figures = true,
    versions = {},
    signal,
  } = options;
  const saved = resume ? await savedOptions(folder, recipe) : {};
  const { settings, drawing } = resolveRecipe(recipe, { ...saved, ...options.settings });
  await checkOutputFolder(folder);
  const data = await loadTrainingData(options.data);
  const task = recipe.task(settings, data.train);
  const engine = await options.engine();
  const draw = async (): Promise<void> => {
    if (figures) await drawFigures({ folder, recipe, settings, drawing, data, engine, signal });
  };
  const run = trainRun({
    task,
    engine,
    seed: settings.seed,
    folder,
    description: { recipe: recipe.name, settings: { ...settings }, data: data.sha256 },
    drawing: { ...drawing },
    versions: { ...versions, ...machineVersions(engine) },
    resume,
    maxSteps,
    keepEpochs: drawing.showEpochs,
    signal,
    ...(checkpointEvery !== undefined && { checkpointEvery }),
    ...(keep !== undefined && { keep }),
  });
  try {
    for await (const step of run) {
      const shown = step.endsEpoch && drawing.showEpochs.includes(step.epoch + 1) && step.step < step.lastStep;
      if (shown) await unlessStopped(draw(), signal);
      yield step;
    }
    await draw();
    if (figures) await drawRunCurve(folder);
  } catch (error) {
    throw fileError(error, pathOf(error) ?? folder, 'written');
  }
}

/** Figures can be drawn later, too: whoever stops the run meanwhile wants it saved first. */
async function unlessStopped(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
}

const machineVersions = ({ name, versions = {} }: Engine): Readonly<Record<string, string>> => ({
  engine: name,
  ...versions,
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
  cpu: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
});

/** The options of the run in a folder. @throws UngrainError `no-run`, `other-run`, `other-format`, `bad-run` */
async function savedOptions(folder: string, { name }: Recipe): Promise<Readonly<Record<string, unknown>>> {
  const { recipe, settings, drawing } = await new RunFolder(folder).record();
  if (recipe !== name)
    throw new UngrainError('other-run', `${folder} holds a run of the recipe '${recipe}', not of '${name}'.`);
  return { ...settings, ...drawing };
}

/** Temporary files are called after the file that they become. */
const pathOf = (error: unknown): string | undefined =>
  isSystemError(error) ? error.path?.replace(/\.[0-9a-f]{8}\.tmp$/, '') : undefined;
