import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseOptions, UngrainError } from '@ungrain/core';
import {
  loadImages,
  mnistFolder,
  type CommonSettings,
  type LabelledImages,
  type Recipe,
} from '@ungrain/models-mnist/train';
import { trainRun, type RunDescription, type TrainRunStep } from '@ungrain/training';
import { z } from 'zod';
import type { EngineSource } from './engine.js';
import { fileError, isSystemError } from './file-errors.js';
import { checkOutputFolder } from './output-files.js';

export interface TrainRecipeOptions {
  readonly recipe: Recipe;
  /** The settings that are not to have their defaults. On resuming, those of the run are kept, and must not be others. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Where everything is written: see RunFolder of @ungrain/training. */
  readonly folder: string;
  readonly engine: EngineSource;
  /** A folder of IDX files with MNIST's names; MNIST itself by default. */
  readonly data?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly maxSteps?: number | undefined;
  readonly checkpointEvery?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a recipe in a folder, step by step, and ends with `weights.safetensors` in it.
 * @throws UngrainError `bad-option`, `missing-data`, `file-not-written`, `other-run`; as `trainRun` does
 */
export async function* trainRecipe(options: TrainRecipeOptions): AsyncGenerator<TrainRunStep, void, void> {
  const { recipe, folder, engine, data: dataFolder, resume = false, maxSteps, checkpointEvery, signal } = options;
  const saved = resume ? await savedSettings(folder, recipe) : {};
  const where = `recipe '${recipe.name}'`;
  const settings = parseOptions<CommonSettings>(recipe.settings, { ...saved, ...options.settings }, where);
  await checkOutputFolder(folder);
  const data = await loadImages(dataFolder ?? mnistFolder(), 'train');
  try {
    yield* trainRun({
      task: recipe.task(settings, data),
      engine: await engine(),
      seed: settings.seed,
      folder,
      description: describeRun(recipe, settings, data),
      resume,
      maxSteps,
      signal,
      ...(checkpointEvery !== undefined && { checkpointEvery }),
    });
  } catch (error) {
    throw fileError(error, pathOf(error) ?? folder, 'written');
  }
}

/** What decides the result, wherever the data lies. */
const describeRun = (recipe: Recipe, settings: CommonSettings, { pixels, labels }: LabelledImages): RunDescription => ({
  recipe: recipe.name,
  settings,
  data: createHash('sha256').update(pixels).update(labels).digest('hex'),
});

/**
 * The settings of the run in a folder; none if there is no run, which `trainRun` then says.
 * @throws UngrainError `other-run`, `bad-run`
 */
async function savedSettings(folder: string, { name }: Recipe): Promise<RunDescription> {
  const path = join(folder, 'recipe.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return {};
  const saved = savedSchema.safeParse(parseJson(text)).data;
  if (!saved)
    throw new UngrainError('bad-run', `${path} is damaged, so the run in ${folder} cannot be resumed.`, 'failure');
  if (saved.recipe !== name)
    throw new UngrainError('other-run', `${folder} holds a run of the recipe '${saved.recipe}', not of '${name}'.`);
  return saved.settings;
}

const savedSchema = z.object({ recipe: z.string(), settings: z.record(z.string(), z.unknown()) });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Temporary files are called after the file that they become. */
const pathOf = (error: unknown): string | undefined =>
  isSystemError(error) ? error.path?.replace(/\.[0-9a-f]{8}\.tmp$/, '') : undefined;
