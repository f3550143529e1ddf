import type { RunSpec } from '@ungrain/core';
import { gatherRows } from '@ungrain/models-mnist/scores';
import { classAccuracy } from './class-accuracy.js';
import { classesInTurn, judgeSamples, type JudgeSamplesOptions } from './judged-samples.js';
import { countCalls } from './model-calls.js';
import { readRealImages, splitReal } from './real-images.js';
import { referenceOf, scoreSet } from './set-scores.js';
import { cellKey, type PlannedCell, type TableKind } from './table-cells.js';
import { savedCells, writeTable, type ScoredCell, type ScoreTable, type TableFiles } from './table-file.js';

export interface ScoreTableOptions extends Omit<JudgeSamplesOptions, 'onProgress' | 'samplesFile'> {
  readonly table: TableKind;
  /** The run that the cells vary. */
  readonly base: RunSpec;
  /** In the order of the table; for the steps table the first is the reference. */
  readonly cells: readonly PlannedCell[];
  readonly files: TableFiles;
  /** Of the judge's weights. */
  readonly judgeSha256: string;
  readonly data?: string | undefined;
  readonly onProgress?: ((progress: TableProgress) => void) | undefined;
}

export interface TableProgress {
  /** The cell that is being drawn, from 0, of how many that were not there already. */
  readonly cell: number;
  readonly cells: number;
  /** Evaluations of the network, of those cells together. */
  readonly done: number;
  readonly total: number;
}

/**
 * Scores cell after cell, all with the same noise, and writes the files after each: a table that was stopped goes on
 * where it was, and may be given further cells.
 *
 * @throws UngrainError `other-table`, `bad-table`, `too-few-images`, `missing-data`, `file-not-written`, `aborted`
 */
export async function scoreTable(options: ScoreTableOptions): Promise<ScoreTable> {
  const { table, base, cells, files, judge, judgeSha256, model, data, signal, onProgress } = options;
  const real = await readRealImages(judge, { folder: data, signal });
  const settings = settingsOf(table, base, { judge: judgeSha256, data: real.sha256 });
  const scored = new Map((await savedCells(files, { table, settings })).map((cell) => [cellKey(cell), cell]));

  const split = splitReal(real.images.labels, classesInTurn(model, base.count));
  const reference = referenceOf(real, split);
  const floor = await scoreSet(gatherRows(real.features, split.floor), reference, { signal });
  const current = (): ScoreTable => ({
    format: 1,
    table,
    settings,
    reference: table === 'steps' ? cellKey(cells[0]!) : null,
    judge: real.judge,
    floor,
    cells: inOrder(cells, scored),
  });

  const missing = cells.filter((cell) => !scored.has(cellKey(cell)));
  const total = missing.reduce((sum, { callsPerSample }) => sum + callsPerSample * base.count, 0);
  let done = 0;
  for (const [index, cell] of missing.entries()) {
    const show = (): void => onProgress?.({ cell: index, cells: missing.length, done, total });
    show();
    const counted = countCalls(model, (rows) => {
      done += rows;
      show();
    });
    const started = performance.now();
    const samples = await judgeSamples(cell.spec, { ...options, model: counted.model, onProgress: undefined });
    const scores = await scoreSet(samples.features, reference, { signal });
    const { correct, total: judged, accuracy, interval } = classAccuracy(samples);
    scored.set(cellKey(cell), {
      sampler: cell.sampler,
      steps: cell.steps,
      scale: cell.scale,
      callsPerSample: samples.callsPerSample,
      seconds: Math.round(performance.now() - started) / 1000,
      accuracy: { correct, total: judged, accuracy, interval },
      scores,
    });
    await writeTable(files, current());
  }
  if (missing.length === 0) await writeTable(files, current());
  return current();
}

/** The cells that were asked for, in their order, and then those that were there before. */
function inOrder(cells: readonly PlannedCell[], scored: ReadonlyMap<string, ScoredCell>): ScoredCell[] {
  const keys = [...new Set([...cells.map(cellKey), ...scored.keys()])];
  return keys.flatMap((key) => scored.get(key) ?? []);
}

/** What decides the numbers, less what the cells vary. */
function settingsOf(table: TableKind, base: RunSpec, sha256: { readonly judge: string; readonly data: string }) {
  const { model, weights, count, seed, schedule, spacing, sampler, steps, guidance, versions } = base;
  const fixed = table === 'guidance' ? { sampler, steps } : { guidance };
  const given = { model, weights, ...sha256, count, seed, schedule, spacing, ...fixed, versions };
  return JSON.parse(JSON.stringify(given)) as Record<string, unknown>;
}
