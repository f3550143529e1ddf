import { UngrainError, type Plugin, type RunSpec, type RunStep } from '@ungrain/core';
import { createAssets } from './assets.js';
import { animation, DRAWING_FORMATS, separateImages, type Drawing } from './drawing.js';
import type { DeepfloydSource } from './deepfloyd/load-deepfloyd.js';
import type { EngineSource } from './engine.js';
import { collectFrames } from './frames.js';
import { guidingWeights } from './guiding-weights.js';
import { checkRunWeights, loadModel, type LoadedModel } from './load-model.js';
import { drawSheet } from './pictures/sheets.js';
import { drawGrid } from './run-grid.js';
import { recordTexts, type RecordedFile, type RunRecord } from './run-record.js';
import { disposeOf, sampleStages, stagesOf, type Stage } from './sample-stages.js';

export interface ReplayOptions {
  readonly engine: EngineSource;
  /** The file of the weights that the run was made with, if they are not the model's own. */
  readonly weights?: string | undefined;
  readonly plugins?: readonly Plugin[] | undefined;
  /** Where DeepFloyd IF's models lie. */
  readonly deepfloyd?: DeepfloydSource | undefined;
  /** The programs at work now. */
  readonly versions: Readonly<Record<string, string>>;
  /** The states x_t or the estimates x0 on the way as a GIF, in place of what the file shows. */
  readonly frames?: 'x' | 'x0' | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((done: number, total: number) => void) | undefined;
}

/** A file, made again. */
export interface Replay {
  /** What was made: names the versions that made it, so that it is the same file only where those are the same. */
  readonly bytes: Uint8Array;
  /**
   * Is it the file that was replayed, byte for byte, but for the versions it names? Null if that was no picture but a spec, or
   * frames were asked for in its place.
   */
  readonly identical: boolean | null;
  /** Where the programs differ from those of then. */
  readonly otherVersions: readonly VersionDifference[];
}

export interface VersionDifference {
  readonly name: string;
  readonly then: string | null;
  readonly now: string | null;
}

/**
 * Makes a file again from the run that it carries.
 * @throws UngrainError `other-weights` if the weights are not those of the run, `bad-record`, `missing-asset`, as `loadModel`
 * and `sampleRun` do
 */
export async function replay(file: RecordedFile, options: ReplayOptions): Promise<Replay> {
  const { bytes: original } = file;
  const { record, format } = options.frames ? animated(file, options.frames) : file;
  const { spec, then = [] } = record;
  const loaded = await loadModel(spec.model, options);
  try {
    checkRunWeights(spec, loaded);
    for (const { spec: one } of stagesOf(spec, then, loaded).slice(1)) checkRunWeights(one, loaded.upscaler!);
    const render = await renderer(record, format === 'json' ? 'png' : format, loaded, options);
    const again = render(spec, then);
    const identical = options.frames || format === 'json' ? null : Buffer.compare(again, original) === 0;
    const guiding = await guidingWeights(spec, loaded.registry);
    const versions = { ...options.versions, ...loaded.versions, ...guiding };
    const otherVersions = versionDifferences(spec.versions, versions);
    const named = (one: RunSpec): RunSpec => ({ ...one, versions });
    const bytes = identical ? again : render(named(spec), then.map(named));
    return { bytes, identical, otherVersions };
  } finally {
    await disposeOf(loaded);
  }
}

/** The same run on the way. @throws UngrainError `several-runs` */
function animated({ record, bytes }: RecordedFile, frames: 'x' | 'x0'): RecordedFile {
  if (!record.shown.grid && !record.shown.sheet)
    return { record: { ...record, shown: { frames } }, format: 'gif', bytes };
  throw new UngrainError(
    'several-runs',
    'The file shows several runs, and frames are of one; name a file of one run, such as --image, --each or --out give.',
  );
}

/** Runs what a record says, and gives what makes its file for a spec that may name other versions. */
async function renderer(
  { spec, then = [], shown, assets: files }: RunRecord,
  format: keyof typeof DRAWING_FORMATS,
  loaded: LoadedModel,
  { engine, signal, onStep }: ReplayOptions,
): Promise<(spec: RunSpec, then: readonly RunSpec[]) => Uint8Array> {
  const { model, registry } = loaded;
  const assets = createAssets(files);
  if (shown.grid) {
    const [, ...others] = stagesOf(spec, then, loaded);
    const draw = await drawGrid(spec, shown.grid, { registry, model, then: others, assets, signal, onStep });
    return (named, after) => draw(recordTexts({ spec: named, then: after, shown, assets: files }));
  }
  if (shown.sheet) {
    const [{ spec: asked }, upscaler] = stagesOf(spec, then, loaded) as [Stage, Stage?];
    const step = ({ index, total }: RunStep): void => onStep?.(index + 1, total);
    const run = { spec: asked, model, registry, upscaler, assets, signal, onStep: step };
    const { png } = await drawSheet(shown.sheet, run, engine);
    return (named, after) => png(recordTexts({ spec: named, then: after, shown, assets: files }));
  }
  const collected = collectFrames(new Set(shown.frames ? [shown.frames] : []));
  const stages = stagesOf(spec, then, loaded);
  const step = (one: RunStep, stage: Stage): void => {
    if (stage === stages.at(-1)) collected.onStep(one);
    onStep?.(one.index + 1, one.total);
  };
  const samples = (await sampleStages(stages, { assets, signal, onStep: step })).at(-1)!;
  const drawing = { samples, frames: collected.frames, range: model.range, assets: files };
  return (named, after) => encode({ ...drawing, spec: named, then: after }, shown, format);
}

function encode(drawing: Drawing, shown: RunRecord['shown'], format: keyof typeof DRAWING_FORMATS): Uint8Array {
  if (shown.frames) return animation(drawing, shown.frames);
  if (shown.sample === undefined) return DRAWING_FORMATS[format](drawing);
  const image = [...separateImages(drawing).values()][shown.sample];
  if (image) return image;
  throw new UngrainError(
    'bad-record',
    `The file shows sample ${shown.sample} of a run of ${drawing.spec.count}, counted from 0.`,
    'failure',
  );
}

/** The programs that are not the same, by name. */
export const versionDifferences = (
  then: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
): readonly VersionDifference[] =>
  [...new Set([...Object.keys(then), ...Object.keys(now)])]
    .filter((name) => then[name] !== now[name])
    .map((name) => ({ name, then: then[name] ?? null, now: now[name] ?? null }));
