import { copyFile, mkdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomic } from '@ungrain/formats/files';
import { recipeNamed, trainingText } from '@ungrain/models-mnist/train';
import { RunFolder, type RunRecord, type StepMetrics } from '@ungrain/training';
import { drawRunCurve } from './curves.js';
import type { EngineSource } from './engine.js';
import { withFile } from './file-errors.js';
import { flagName } from './flag-name.js';
import { resolveRecipe } from './recipe-options.js';
import { drawFigures, figuresOf, type RunFigure } from './run-figures.js';
import { loadTrainingData } from './training-data.js';

export interface ReportOptions {
  readonly folder: string;
  readonly engine: EngineSource;
  /** Where the training images lie; MNIST itself by default. */
  readonly data?: string | undefined;
  /** How figures are to be drawn, where not as the run says. */
  readonly drawing?: Readonly<Record<string, unknown>> | undefined;
  /** Also gathers what is worth keeping in this folder: figures, metrics, and a README. */
  readonly out?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** As many lines of metrics are kept in a report, evenly. */
const METRICS_LINES = 1000;

/**
 * Makes every figure of a run from its folder.
 * @returns the files, where they lie for good
 * @throws UngrainError `no-run`, `bad-option`, `missing-data`, `file-not-written`
 */
export async function reportRun({ folder, engine, out, ...options }: ReportOptions): Promise<readonly string[]> {
  const run = new RunFolder(folder);
  const record = await run.record();
  const recipe = recipeNamed(record.recipe);
  const values = { ...record.settings, ...record.drawing, ...options.drawing };
  const { settings, drawing } = resolveRecipe(recipe, values);
  const curves = await drawRunCurve(folder);
  const data = await loadTrainingData(options.data);
  const { signal } = options;
  await drawFigures({ folder, recipe, settings, drawing, data, engine: await engine(), anew: true, signal });
  const figures = await figuresOf(folder);
  const files = [...curves, ...figures.map(({ file }) => join(folder, file))];
  if (out === undefined) return files;
  return withFile(out, 'written', async () => {
    await mkdir(out, { recursive: true });
    for (const file of files)
      if (resolve(file) !== resolve(out, basename(file))) await copyFile(file, join(out, basename(file)));
    const metrics = await run.metrics.read();
    if (resolve(out) !== resolve(folder)) await writeFileAtomic(join(out, 'metrics.jsonl'), lines(thinned(metrics)));
    const text = readme(
      { ...record, drawing: { ...drawing } },
      trainingText(settings),
      metrics,
      figures,
      `runs/${basename(resolve(folder))}`,
    );
    await writeFileAtomic(join(out, 'README.md'), text);
    return [...files.map((file) => join(out, basename(file))), join(out, 'metrics.jsonl'), join(out, 'README.md')];
  });
}

/** Every n-th step, and the last; the mean of 50 in each line tells of those between. */
function thinned(metrics: readonly StepMetrics[]): readonly StepMetrics[] {
  const stride = Math.ceil(metrics.length / METRICS_LINES);
  return metrics.filter(({ step }, i) => step % stride === 0 || i === 0 || i === metrics.length - 1);
}

const lines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('');

function readme(
  { recipe, settings, drawing, sessions }: RunRecord,
  how: string,
  metrics: readonly StepMetrics[],
  figures: readonly RunFigure[],
  folder: string,
): string {
  const last = metrics.at(-1);
  const end = last
    ? `It took ${last.step} steps and ${duration(last.seconds)}; at the end the mean loss of 50 steps is ${last.meanLoss.toPrecision(4)}.`
    : 'It has not done a step yet.';
  const versions = sessions.map(({ step, versions }) => [
    step === 0 ? 'started' : `resumed after step ${step}`,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ]);
  const sections = figures.map(
    ({ file, title, caption, measures }) =>
      `## ${title}\n\n![${title}](${file})\n\n${caption}\n${table(
        ['measured', 'value'],
        Object.entries(measures).map(([name, value]) => [name, value.toPrecision(4)]),
      )}`,
  );
  return [
    `# ${recipe}\n`,
    `Trained with ${how}. ${end}\n`,
    '```sh',
    `ungrain train ${recipe} ${flags(settings)} --out ${folder}`,
    `ungrain report ${folder} ${flags(drawing)}`.trimEnd(),
    '```',
    table(['session', 'programs'], versions),
    `## ${recipe}: loss\n`,
    '![The loss of each step](loss.png)\n',
    '![The same with a logarithmic axis](loss-log.png)\n',
    '`metrics.jsonl` has the steps behind it.\n',
    ...sections,
  ].join('\n');
}

/** Options as flags. */
const flags = (options: Readonly<Record<string, unknown>>): string =>
  Object.entries(options)
    .map(([name, value]) => `${flagName(name)} ${Array.isArray(value) ? value.join(',') : String(value)}`)
    .join(' ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return `\n${line(head)}${line(head.map(() => '---'))}${rows.map(line).join('')}`;
}

function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 1
    ? `${Math.round(seconds)} s`
    : minutes < 60
      ? `${minutes} min`
      : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
