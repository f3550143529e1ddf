import { full } from '@ungrain/core';
import { countModelCalls, withoutPrompts, type Stage } from '@ungrain/host';
import { counted, printColumns, printJson, printLine } from './output.js';
import { recordRows } from './record-text.js';

/** `ungrain generate --dry-run`: the runs, and how often they ask each network. No network is loaded. */
export async function dryRunStages(
  stages: readonly Stage[],
  notes: readonly string[],
  json: boolean,
  signal: AbortSignal,
): Promise<void> {
  const found: { readonly calls: number; readonly rows: number }[] = [];
  for (const { spec, model, registry } of stages) {
    const image = model.align && full([spec.count, ...(spec.shape ?? model.sampleShape)], 0);
    const { calls, rows } = await countModelCalls(spec, { registry, model: withoutPrompts(model), signal, image });
    found.push({ calls, rows });
  }
  const runs = stages.map(({ spec }, i) => ({ spec, ...found[i]! }));
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
