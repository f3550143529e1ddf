import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunSpec } from '@ungrain/core';
import { readSafetensors } from '@ungrain/formats';
import { writeFileAtomic } from '@ungrain/formats/files';
import type { Engine } from '@ungrain/graph';
import { trainingText, type Moment, type Recipe, type Sheet } from '@ungrain/models-mnist/train';
import { parseJson, RunFolder } from '@ungrain/training';
import { z } from 'zod';
import type { RecipeOptions } from './recipe-options.js';
import { createHostRegistry } from './registry.js';
import { SPEC_KEYWORD } from './run-record.js';
import { sampleToEnd } from './sample.js';
import type { TrainingData } from './training-data.js';
import { readWeights } from './weights.js';

export interface DrawFiguresOptions extends RecipeOptions {
  /** The run's folder. */
  readonly folder: string;
  readonly recipe: Recipe;
  readonly data: TrainingData;
  readonly engine: Engine;
  /** Draws those that are there already, too. */
  readonly anew?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A figure of a run, as `figures.json` lists it. */
export interface RunFigure {
  /** Of the PNG in the run's folder. */
  readonly file: string;
  readonly title: string;
  readonly caption: string;
  readonly measures: Readonly<Record<string, number>>;
}

const entrySchema = z.object({
  file: z.string(),
  title: z.string(),
  caption: z.string(),
  measures: z.record(z.string(), z.number()),
  moment: z.string(),
});
type Entry = z.output<typeof entrySchema>;

/** A moment with the weights of then. */
interface WeightsThen extends Moment {
  readonly path: string;
}

/**
 * Draws what a run's networks show, after each epoch whose weights were kept and at the end, as PNGs in its folder. What was
 * drawn before is left as it is.
 */
export async function drawFigures({ folder, recipe, settings, drawing, ...others }: DrawFiguresOptions): Promise<void> {
  const { data, engine, anew = false, signal } = others;
  const { figures } = recipe;
  if (!figures) return;
  const registry = createHostRegistry({ engine: async () => engine });
  const moments = await momentsOf(folder, settings.epochs);
  const known = anew ? [] : await drawnBefore(folder);
  let entries = known.filter(({ moment }) => moments.some((one) => keyOf(one) === moment));
  for (const moment of moments) {
    if (entries.some((entry) => entry.moment === keyOf(moment))) continue;
    const { tensors } = await readWeights(moment.path);
    const sheets = await figures.sheets(settings, drawing, {
      engine,
      weights: tensors,
      moment,
      train: data.train,
      test: data.test,
      sample: (model, spec) => sampleToEnd(parseRunSpec(spec), { registry, model, signal }),
    });
    const drawn: Entry[] = [];
    for (const sheet of sheets) {
      signal?.throwIfAborted();
      const titled = {
        ...sheet,
        title: `${recipe.name}: ${sheet.title}`,
        caption: `${sheet.caption} ${trained(settings)}`,
      };
      await drawSheet(folder, titled);
      const { title, caption, measures = {} } = titled;
      drawn.push({ file: `${sheet.name}.png`, title, caption, measures, moment: keyOf(moment) });
    }
    entries = [...entries, ...drawn];
    await writeFileAtomic(listPath(folder), `${JSON.stringify(entries, null, 2)}\n`);
  }
}

/** The figures that a run's folder holds, in the order of its training. */
export const figuresOf = async (folder: string): Promise<readonly RunFigure[]> => drawnBefore(folder);

const trained = (settings: RecipeOptions['settings']): string => `Trained with ${trainingText(settings)}.`;

const listPath = (folder: string): string => join(folder, 'figures.json');

/** At the end a network shows more than on the way. */
const keyOf = ({ slug, last }: Moment): string => (last ? `${slug}, the end` : slug);

async function drawnBefore(folder: string): Promise<readonly Entry[]> {
  const text = await readFile(listPath(folder), 'utf8').catch(() => '[]');
  const entries = z.array(entrySchema).safeParse(parseJson(text)).data ?? [];
  const there = await Promise.all(entries.map(({ file }) => exists(join(folder, file))));
  return entries.filter((_, i) => there[i]);
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

async function drawSheet(folder: string, sheet: Sheet): Promise<void> {
  const { rasterize, sheetFigure } = await import('@ungrain/media/figures');
  const { title, caption, measures = {} } = sheet;
  const text = { [`${SPEC_KEYWORD}-figure`]: JSON.stringify({ title, caption, measures }) };
  await writeFileAtomic(join(folder, `${sheet.name}.png`), rasterize(sheetFigure(sheet, [0, 1]), { text }));
}

/** The moments that weights were kept of, in order; the end stands for its epoch. */
async function momentsOf(folder: string, epochs: number): Promise<readonly WeightsThen[]> {
  const run = new RunFolder(folder);
  const kept = (await run.keptEpochs()).map((epoch) => run.epochWeightsPath(epoch));
  const end = (await exists(run.weightsPath)) ? await momentOf(run.weightsPath, epochs, true) : null;
  const before = await Promise.all(kept.map((path) => momentOf(path, epochs, false)));
  return [...before.filter(({ slug }) => slug !== end?.slug), ...(end ? [end] : [])];
}

const trainedSchema = z.object({ steps: z.int(), epochs: z.int(), withinEpoch: z.boolean() });

async function momentOf(path: string, epochs: number, last: boolean): Promise<WeightsThen> {
  const { metadata } = readSafetensors(await readFile(path), { file: path });
  const done = trainedSchema.parse(parseJson(metadata.get('trained') ?? ''));
  const steps = `${done.steps} step${done.steps === 1 ? '' : 's'}`;
  return done.withinEpoch
    ? { path, last, slug: `step-${done.steps}`, text: `after ${steps}, within epoch ${done.epochs + 1} of ${epochs}` }
    : { path, last, slug: `epoch-${done.epochs}`, text: `after epoch ${done.epochs} of ${epochs} (${steps})` };
}
