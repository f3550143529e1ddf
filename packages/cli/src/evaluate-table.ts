import { parseOptions, UngrainError } from '@ungrain/core';
import {
  guidanceCells,
  loadJudge,
  loadModel,
  planCells,
  planTableFiles,
  scoreTable,
  stepsCells,
  TABLE_NOTE,
  tableConclusions,
  tableRows,
  tableSchema,
  usableSamplers,
  type LoadedModel,
  type TableProgress,
} from '@ungrain/host';
import type { RunSpec } from '@ungrain/core';
import { engineOfFlags } from './engine-flags.js';
import type { EvaluateFlags } from './evaluate-flags.js';
import { printColumns, printJson, printLine } from './output.js';
import { startProgress } from './progress.js';
import { specOfFlags } from './run-flags.js';
import { versions } from './versions.js';

/** Images in a row. */
const COUNT = 500;

/** `ungrain evaluate --table` */
export async function evaluateTable(name: string, flags: EvaluateFlags, signal: AbortSignal): Promise<void> {
  const { table = 'guidance', count = COUNT, weights, data, json = false, plugins } = flags;
  const files = await planTableFiles(flags.out ?? `${name}-${table}.json`);
  const engine = engineOfFlags(flags);
  const loaded = await loadModel(name, { engine, weights, plugins });
  const { model, registry } = loaded;
  const steps = table === 'guidance' ? flags.steps?.[0] : undefined;
  const base = specOfFlags({ ...flags, steps }, loaded, { count, versions });
  const specs = table === 'guidance' ? scales(base, flags) : await samplersAndSteps(base, flags, loaded);
  const cells = await planCells(specs, registry, model);
  const { judge, sha256: judgeSha256 } = await loadJudge(engine);
  const format = '{bar} row {row} of {rows}, {percentage} %, {eta_formatted} left';
  const progress = await startProgress(format, 1, json, { row: '…', rows: '…' });
  let last: TableProgress | undefined;
  const onProgress = (now: TableProgress): void => {
    if (!last) progress.restart(now.total, {});
    last = now;
    progress.update(now.done, { row: String(now.cell + 1), rows: String(now.cells) });
  };
  try {
    const options = { table, base, cells, files, registry, model, judge, judgeSha256, data, signal, onProgress };
    const scored = await scoreTable(options);
    progress.stop();
    if (json) return printJson({ ...scored, files });
    printColumns(tableRows(scored));
    tableConclusions(scored).forEach(printLine);
    printLine(TABLE_NOTE);
    printLine(`Kept in ${files.json} and ${files.markdown}.`);
  } catch (error) {
    throw signal.aborted ? stopped(files.json, last) : error;
  } finally {
    progress.stop();
    await Promise.all([model.dispose(), judge.dispose()]);
  }
}

const scales = (base: RunSpec, { guidanceScales }: EvaluateFlags): readonly RunSpec[] => {
  const options = parseOptions(tableSchema, guidanceScales ? { guidanceScales } : {}, 'the table');
  return guidanceCells(base, options.guidanceScales);
};

/** Samplers that were not chosen by name are said to be left out, on stderr. */
async function samplersAndSteps(
  base: RunSpec,
  { samplers, steps, referenceSteps, json }: EvaluateFlags,
  { registry, model }: LoadedModel,
): Promise<readonly RunSpec[]> {
  const given = { ...(steps && { steps }), ...(referenceSteps !== undefined && { referenceSteps }) };
  const options = parseOptions(tableSchema, given, 'the table');
  samplers?.forEach((name) => registry.samplers.get(name));
  if (samplers) return stepsCells(base, { ...options, samplers });
  const { usable, leftOut } = await usableSamplers(base, registry, model);
  if (!json) for (const { name, reason } of leftOut) process.stderr.write(`Left out is ${name}: ${reason}.\n`);
  return stepsCells(base, { ...options, samplers: usable });
}

function stopped(file: string, last: TableProgress | undefined): UngrainError {
  const message = last
    ? `Stopped in row ${last.cell + 1} of ${last.cells}; those before it are kept in ${file}, and the same command goes on.`
    : 'Stopped before the first row was begun.';
  return new UngrainError('aborted', message, 'failure');
}
