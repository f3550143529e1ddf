import type { RunSpec } from '@ungrain/core';
import {
  disposeOf,
  gigabytes,
  planGeneration,
  STAGE_NAMES,
  type LoadedModel,
  type PlannedCalls,
  type Stage,
} from '@ungrain/host';
import type { Command } from 'commander';
import { countCalls } from '../dry-run-stages.js';
import { wholeNumberFlag } from '../common-flags.js';
import { engineOfFlags } from '../engine-flags.js';
import { addGenerateFlags, generateRuns, loadForGenerate, type GenerateFlags } from '../generate-flags.js';
import { interruptible } from '../interruption.js';
import { duration, printColumns, printJson, printLine } from '../output.js';
import { pluginsOf } from '../plugin-flag.js';

interface PlanFlags extends GenerateFlags {
  readonly model?: string;
  readonly batch?: number;
}

export function define(command: Command): void {
  command
    .argument('[prompt...]', 'what the images show; how many prompts there are counts, not what they say')
    .option('--model <folder>', "stage I's folder or pulled model, as --stage1")
    .addOption(wholeNumberFlag('--batch', 'images of each prompt, as --count', { min: 1, max: 64 }));
  addGenerateFlags(command);
  command.action((prompts: readonly string[], { model, batch, ...flags }: PlanFlags, self: Command) =>
    interruptible(async (signal) => {
      const meant = { ...(model !== undefined && { stage1: model }), ...(batch !== undefined && { count: batch }) };
      await plan(prompts, { ...flags, ...meant, plugins: await pluginsOf(self) }, signal);
    }),
  );
}

async function plan(prompts: readonly string[], flags: GenerateFlags, signal: AbortSignal): Promise<void> {
  const loaded = await loadForGenerate(flags, {});
  try {
    const stages = await generateRuns(prompts.length > 0 ? prompts : ['a prompt'], flags, loaded);
    const calls = [...encoderCalls(flags, stages), ...(await stageCalls(stages, loaded, signal))];
    const engine = await engineOfFlags(flags)({ lowMemory: true });
    const planned = await planGeneration(calls, engine);
    if (flags.json) return printJson(planned);
    const { parts, peakBytes, processBytes, freeBytes, seconds } = planned;
    printColumns([
      ['part', 'weights', 'memory', 'calls × images', 'time'],
      ...parts.map((part) => [
        part.int8 ? `${part.part}, int8` : part.part,
        gigabytes(part.weightBytes),
        gigabytes(part.memoryBytes),
        `${part.calls} × ${part.largest}`,
        duration(part.seconds),
      ]),
    ]);
    printLine();
    const weights = parts.reduce((sum, { weightBytes }) => sum + weightBytes, 0);
    printLine(
      `At most ${gigabytes(peakBytes)} of memory at a time, ${gigabytes(processBytes)} of it for the program; ` +
        `${gigabytes(freeBytes)} are free. Weights are mapped, not loaded: what is free besides keeps them near.`,
    );
    printLine(`${duration(seconds)}, and the time to read ${gigabytes(weights)} from disk once.`);
  } finally {
    await disposeOf(loaded);
  }
}

/** The encoder reads each prompt once, and the empty one, unless embeddings take its place. */
function encoderCalls(flags: GenerateFlags, stages: readonly Stage[]): readonly PlannedCalls[] {
  const folder = flags.encoder ?? flags.stage1;
  if (flags.prompts !== undefined || folder === undefined) return [];
  const asked = new Set(stages.flatMap(({ spec }) => ['', ...spec.conditions, ...negativesOf(spec)]));
  const { encoderWeights } = flags;
  return [{ part: 'text encoder', folder, encoderWeights, calls: asked.size, rows: asked.size, largest: 1 }];
}

const negativesOf = ({ guidance }: RunSpec): readonly unknown[] =>
  guidance.flatMap(({ options }) => options['negative'] ?? []);

async function stageCalls(
  stages: readonly Stage[],
  loaded: LoadedModel,
  signal: AbortSignal,
): Promise<readonly PlannedCalls[]> {
  const counts = await countCalls(stages, signal);
  const folders = [loaded, loaded.upscaler].map((stage) => stage?.weights?.path);
  return stages.map(({ spec }, i) => {
    const { calls, rows, largest } = counts[i]!;
    const [, ...size] = spec.shape ?? [];
    return {
      part: STAGE_NAMES[i]!,
      folder: folders[i]!,
      calls,
      rows,
      largest: largest?.levels.length ?? 1,
      size: size.length === 2 ? (size as [number, number]) : undefined,
    };
  });
}
