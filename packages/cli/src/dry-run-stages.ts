import { full } from '@ungrain/core';
import { countModelCalls, withoutPrompts, type ModelCalls, type Stage } from '@ungrain/host';
import { counted, printColumns, printJson, printLine } from './output.js';
import { recordRows } from './record-text.js';

/** How often each stage asks its network. No network is loaded. */
export async function countCalls(stages: readonly Stage[], signal: AbortSignal): Promise<readonly ModelCalls[]> {
  const counts: ModelCalls[] = [];
  for (const { spec, model, registry } of stages) {
    const image = model.align && full([spec.count, ...(spec.shape ?? model.sampleShape)], 0);
    counts.push(await countModelCalls(spec, { registry, model: withoutPrompts(model), signal, image }));
  }
  return counts;
}

/** `ungrain generate --dry-run`: the runs, and how often they ask each network. No network is loaded. */
export async function dryRunStages(
  stages: readonly Stage[],
  notes: readonly string[],
  json: boolean,
  signal: AbortSignal,
): Promise<void> {
  const counts = await countCalls(stages, signal);
  const runs = stages.map(({ spec }, i) => ({ spec, calls: counts[i]!.calls, rows: counts[i]!.rows }));
  if (json) return printJson({ runs, notes });
  for (const { spec, calls, rows } of runs) {
    printColumns(recordRows({ spec, shown: {}, assets: new Map() }));
    printLine(
      `${counted(calls, 'call')} of the network, ${counted(rows, 'image')} in all (counted with a stand-in for it).`,
    );
    printLine();
  }
  notes.forEach((note) => printLine(note));
}
