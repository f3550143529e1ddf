import { MAX_STEPS, UngrainError, type Model, type RunSpec, type Tensor } from '@ungrain/core';
import {
  addPicture,
  checkOutputFile,
  createAssets,
  disposeOf,
  drawSheet,
  fitPicture,
  freshName,
  loadModel,
  planOutputs,
  readPicture,
  recordTexts,
  runNotes,
  stageRun,
  writeWhole,
  type LoadedModel,
  type PictureRun,
  type PictureSheet,
  type SheetName,
  type SheetOptions,
  type SheetSpec,
  type Stage,
  type Telling,
} from '@ungrain/host';
import { Option, type Command } from 'commander';
import { jsonFlag, weightsFlag, wholeNumberFlag } from './common-flags.js';
import { addDeepfloydFlags, deepfloydOf, type DeepfloydFlags } from './deepfloyd-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from './engine-flags.js';
import { interruptible } from './interruption.js';
import { printJson, printLine } from './output.js';
import { pluginsOf } from './plugin-flag.js';
import { startProgress } from './progress.js';
import { addRunFlags, specOfFlags, type RunFlags } from './run-flags.js';
import { versionsWith } from './versions.js';

/** What every command that makes a sheet of pictures is told. */
export interface PictureFlags extends RunFlags, EngineFlags, DeepfloydFlags {
  readonly model: string;
  readonly out?: string;
  readonly image?: string;
  readonly weights?: string;
  readonly upscaleSteps?: number;
  readonly json?: boolean;
}

/** Adds the flags of `PictureFlags`. @param drawn is there a run whose images can be had alone? */
export function addPictureFlags(command: Command, drawn: boolean): void {
  command.addOption(
    new Option('--model <name>', 'the model, such as digits, denoiser, or if for DeepFloyd IF').default('digits'),
  );
  addDeepfloydFlags(command);
  addRunFlags(command, ['steps', 'seed', 'noise']);
  command.option('--out <file>', 'the sheet, a png; a new one by default');
  command.addOption(wholeNumberFlag('--upscale-steps', "stage II's steps, 50 by default", { min: 1, max: MAX_STEPS }));
  if (drawn)
    command.option('--image <file>', 'the images alone too: png or safetensors, with the run in it for replay');
  command.addOption(weightsFlag()).addOption(engineFlag()).addOption(threadsFlag()).addOption(jsonFlag());
}

export const invertFlag = (): Option =>
  new Option(
    '--invert',
    'exchange black and white first: a model of digits draws white on black, drawings are mostly not',
  );

/** Times from 0 to 999, as `250,500,750`. */
export const timesFlag = (): Option =>
  new Option('--t <list>', 'noise levels as trained times 0 to 999, 250,500,750 for example').argParser((text) =>
    numbersOf(text, '--t'),
  );

/** @throws UngrainError `bad-flag` */
export function numbersOf(text: string, flag: string): readonly number[] {
  const numbers = text.split(',').map((piece) => (piece.trim() === '' ? NaN : Number(piece)));
  if (numbers.length <= 32 && numbers.every((number) => Number.isInteger(number) && number >= 0)) return numbers;
  throw new UngrainError('bad-flag', `${flag} is a list of up to 32 whole numbers, as 1,3,5, not '${text}'.`);
}

export interface PictureTask<N extends SheetName> {
  readonly sheet: N;
  /** What the run is, besides what the flags say. */
  readonly spec?: (spec: RunSpec, model: Model) => RunSpec;
  /** What the sheet is told. @param notes takes sentences that the person should read */
  options(run: PictureRun, notes: string[]): Promise<SheetOptions<N>> | SheetOptions<N>;
}

/** Loads the model, makes a sheet, writes it, and says so. Ctrl-C ends it without a file. */
export const makeSheet = <N extends SheetName>(
  command: Command,
  flags: PictureFlags,
  { sheet: name, spec: change = (spec) => spec, options: optionsOf }: PictureTask<N>,
): Promise<void> =>
  interruptible(async (signal) => {
    const { json = false } = flags;
    const out = flags.out ?? (await freshName(name, 'png'));
    await checkOutputFile(out, ['png']);
    const alone = await planOutputs({ out: flags.image });
    const engine = engineOfFlags(flags);
    const progress = await startProgress('{part} {bar} {value} of {total}', 1, json, { part: 'step' });
    const notes: string[] = [];
    const telling: Telling = {
      signal,
      onPart: (part, done, total) => progress.update(done, { part }, total),
      onNote: (note) => notes.push(note),
    };
    const deepfloyd = deepfloydOf(flags, telling);
    const plugins = await pluginsOf(command);
    const loaded = await loadModel(flags.model, { engine, weights: flags.weights, plugins, deepfloyd });
    const { model, registry } = loaded;
    try {
      const asked = specOfFlags(flags, loaded, { count: 1, conditions: [], versions: await versionsWith(engine) });
      notes.push(...runNotes(asked, loaded));
      const assets = createAssets();
      const onStep = ({ index, total }: { readonly index: number; readonly total: number }) =>
        progress.update(index + 1, { part: 'step' }, total);
      const upscaler = loaded.upscaler && upscalerOf(loaded.upscaler, asked, flags);
      const run: PictureRun = { spec: change(asked, model), model, registry, upscaler, assets, signal, onStep };
      const started = performance.now();
      const sheet: SheetSpec = { name, options: { ...((await optionsOf(run, notes)) as object) } };
      const drawn = await drawSheet(sheet, run, engine);
      const then = upscaler && [upscaler.spec];
      await writeWhole(out, drawn.png(recordTexts({ spec: run.spec, then, shown: { sheet }, assets: assets.files })));
      const files = [out, ...(await writeAlone(flags, alone, run, drawn))];
      progress.stop();
      const all = [...notes, ...drawn.notes];
      const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
      if (json)
        printJson({
          files,
          seconds,
          notes: all,
          measures: drawn.measures,
          spec: drawn.drawn?.spec ?? run.spec,
          then: drawn.drawn?.then,
        });
      else
        [
          ...all,
          ...linesOf(drawn.measures),
          `${drawn.sheet.title}, ${seconds.toFixed(1)} s: ${files.join(', ')}`,
        ].forEach(printLine);
    } finally {
      progress.stop();
      await disposeOf(loaded);
    }
  });

/** Stage II as its folder says, with the run's seed and noise. */
const upscalerOf = (
  loaded: LoadedModel,
  { seed, noise, versions }: RunSpec,
  { upscaleSteps: steps }: PictureFlags,
): Stage => ({
  model: loaded.model,
  registry: loaded.registry,
  spec: stageRun(loaded, { steps }, { count: 1, conditions: [], seed, noise, versions }),
});

async function writeAlone(
  { image }: PictureFlags,
  outputs: Awaited<ReturnType<typeof planOutputs>>,
  { model, assets }: PictureRun,
  { drawn }: PictureSheet,
): Promise<readonly string[]> {
  if (image === undefined || !drawn) return [];
  return outputs.write({ ...drawn, frames: { x: [], x0: [] }, range: model.range, assets: assets.files });
}

const linesOf = (measures: PictureSheet['measures']): readonly string[] =>
  Object.entries(measures).map(([name, value]) => `${name}: ${Number(value.toFixed(3))}`);

/** Reads a picture, fits it to the model and takes it into the run, and notes what was done to it. @returns its name there, too */
export async function pictureFor(
  path: string,
  { model, spec, assets }: PictureRun,
  notes: string[],
  { invert }: { readonly invert?: boolean },
): Promise<{ readonly given: Tensor; readonly picture: string }> {
  const { image } = await readPicture(path);
  const { picture, changes } = fitPicture(image, spec.shape ?? model.sampleShape, { invert });
  if (changes.length > 0) notes.push(`${path} was fitted to the model: ${changes.join('; ')}.`);
  const mean = picture.data.reduce((sum, value) => sum + value, 0) / picture.data.length;
  const [ground, other] = mean > 0.5 ? ['white', 'black'] : ['black', 'white'];
  if (model.background === other)
    notes.push(`${path} is mostly ${ground}, and this model draws ${ground} on ${other}; --invert exchanges them.`);
  return { given: image, picture: addPicture(picture, assets) };
}
