import { drawGrid, recordTexts, writeWhole } from '@ungrain/host';
import { readAxes, type TypedAxis } from './grid-axes.js';
import { counted } from './output.js';
import type { PreparedRun, SampleFlags } from './prepare-run.js';
import { startProgress } from './progress.js';
import { tellFiles } from './sample-text.js';

export interface GridFlags extends SampleFlags {
  readonly grid: readonly TypedAxis[];
  readonly out: string;
}

/** `ungrain sample --grid`: runs that differ in one or two things, as a labelled sheet. */
export async function sampleGrid(prepared: PreparedRun, flags: GridFlags, signal: AbortSignal): Promise<void> {
  const { model, registry, spec, assets, notes } = prepared;
  const axes = readAxes(flags.grid, prepared);
  const started = performance.now();
  const progress = await startProgress('{bar} step {value} of {total}, {eta} s left', 1, flags.json ?? false);
  try {
    const onStep = (done: number, total: number): void => progress.update(done, {}, total);
    const draw = await drawGrid(spec, axes, { registry, model, assets, signal, onStep });
    await writeWhole(flags.out, draw(recordTexts({ spec, shown: { grid: [...axes] }, assets: assets.files })));
    progress.stop();
    const runs = axes.reduce((product, { values }) => product * values.length, 1);
    tellFiles(counted(runs, 'run'), { files: [flags.out], started, spec, notes }, flags);
  } finally {
    progress.stop();
  }
}
