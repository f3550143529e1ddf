import type { RunSpec } from '@ungrain/core';
import { countModelCalls, gridSpecs, timeCall, type RunCalls } from '@ungrain/host';
import { readAxes } from './grid-axes.js';
import { counted, duration, printColumns, printJson, printLine } from './output.js';
import type { PreparedRun, SampleFlags } from './prepare-run.js';
import { recordRows } from './record-text.js';

/** `ungrain sample --dry-run`: the run, how often it asks the network, and what that costs. */
export async function dryRun(prepared: PreparedRun, flags: SampleFlags, signal: AbortSignal): Promise<void> {
  const { model, registry, spec, assets, state } = prepared;
  const axes = flags.grid && readAxes(flags.grid, prepared);
  const specs: readonly RunSpec[] = axes ? gridSpecs(spec, axes).flat() : [spec];
  const counts: RunCalls[] = [];
  for (const one of specs) counts.push(await countModelCalls(one, { registry, model, assets, state, signal }));
  const sum = (of: (count: RunCalls) => number): number => counts.reduce((total, count) => total + of(count), 0);
  const [calls, rows] = [sum((one) => one.calls), sum((one) => one.rows)];
  const others = { calls: sum((one) => one.others.calls), rows: sum((one) => one.others.rows) };
  const largest = counts.reduce((a, b) => ((b.largest?.levels.length ?? 0) > (a.largest?.levels.length ?? 0) ? b : a));
  const cost = largest.largest && (await timeCall(model, largest.largest, signal));
  const seconds = cost && (cost.seconds / cost.rows) * (rows + others.rows);
  const shown = axes ? { grid: [...axes] } : {};
  if (flags.json) return printJson({ spec, shown, runs: specs.length, calls, rows, others, seconds, timed: cost });
  printColumns(recordRows({ spec, shown, assets: assets.files }));
  printLine();
  const all = `${counted(calls, 'call')} of the network, ${counted(rows, 'image')} in all${perRun(specs.length)}`;
  printLine(`${all} (counted with a stand-in for it).`);
  if (others.calls > 0)
    printLine(
      `${counted(others.calls, 'call')} of others that guide it, ${counted(others.rows, 'image')} in all, timed as if they were as large.`,
    );
  if (!cost || seconds === null) return;
  printLine(
    `${duration(seconds)} on ${spec.versions['engine']}: a call of ${counted(cost.rows, 'image')} took ` +
      `${cost.seconds.toFixed(3)} s just now.`,
  );
  printLine(
    `About ${Math.round(cost.bytes / 1e6)} MB of memory: as much as that call needed, Node and the weights included.`,
  );
}

const perRun = (runs: number): string => (runs > 1 ? ` for ${runs} runs` : '');
