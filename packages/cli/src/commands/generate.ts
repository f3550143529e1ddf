import { UngrainError } from '@ungrain/core';
import {
  collectFrames,
  createAssets,
  disposeOf,
  freshName,
  planOutputs,
  runNotes,
  sampleLabels,
  sampleStages,
  STAGE_NAMES,
  type Drawing,
  type LoadedModel,
  type Outputs,
  type Stage,
} from '@ungrain/host';
import type { Command } from 'commander';
import { addGenerateFlags, generateRuns, loadForGenerate, type GenerateFlags } from '../generate-flags.js';
import { dryRunStages } from '../dry-run-stages.js';
import { interruptible } from '../interruption.js';
import { counted, printJson, printLine } from '../output.js';
import { pluginsOf } from '../plugin-flag.js';
import { startProgress } from '../progress.js';

interface Flags extends GenerateFlags {
  readonly out?: string;
  readonly small?: string;
  readonly each?: string;
  readonly gif?: string;
  readonly gifX0?: string;
  readonly dryRun?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<prompt...>', 'what the images show, each prompt in quotes')
    .option('--out <file>', 'png (a grid), gif or safetensors; a new png by default')
    .option('--small <file>', "stage I's images too, before they are made larger")
    .option('--each <folder>', 'every image as a PNG of its own, PROMPT-INDEX.png')
    .option('--gif <file>', 'the states x_t of the last stage from noise to image, animated')
    .option('--gif-x0 <file>', 'the estimates of the clean image on the way, animated')
    .option('--dry-run', 'print the runs and what they ask of the networks, and draw nothing');
  addGenerateFlags(command);
  command.action((prompts: readonly string[], flags: Flags, self: Command) =>
    interruptible(async (signal) => generate(prompts, { ...flags, plugins: await pluginsOf(self) }, signal)),
  );
}

async function generate(prompts: readonly string[], flags: Flags, signal: AbortSignal): Promise<void> {
  const { each, gif, gifX0, small, json = false } = flags;
  const started = performance.now();
  const notes: string[] = [];
  const progress = await startProgress('{part} {bar} {value} of {total}', 1, json, { part: 'opening' });
  const onPart = (part: string, done: number, total: number): void => progress.update(done, { part }, total);
  let loaded: LoadedModel | undefined;
  try {
    const [label] = sampleLabels({ conditions: [prompts[0]], count: 1 });
    const anyOther = [each, gif, gifX0].some((file) => file !== undefined);
    const out = flags.out ?? (anyOther ? undefined : await freshName(`${label}-seed${flags.seed ?? 0}`, 'png'));
    const outputs = await planOutputs({ out, each, gif, gifX0 });
    const smallOutputs = await planOutputs({ out: small });
    loaded = await loadForGenerate(flags, { signal, onPart, onNote: (note) => notes.push(note) });
    if (small !== undefined && !loaded.upscaler)
      throw new UngrainError(
        'bad-flag',
        "--small is for stage I's images beside those of stage II; name that by --stage2.",
      );
    const stages = await generateRuns(prompts, flags, loaded);
    notes.push(...stages.flatMap((stage) => runNotes(stage.spec, stage)));
    if (flags.dryRun) return await dryRunStages(stages, notes, json, signal);
    const files = await draw(stages, { outputs, small: smallOutputs, signal, onPart });
    progress.stop();
    const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
    const [{ spec }, ...then] = stages;
    const { engine } = spec.versions;
    if (json) printJson({ files, seconds, engine, notes, spec, then: then.map((stage) => stage.spec) });
    else {
      notes.forEach((note) => printLine(note));
      const steps = stages.map((stage) => stage.spec.steps).join(' + ');
      printLine(
        `${counted(spec.count, 'image')} in ${steps} steps, ${seconds.toFixed(1)} s on ${engine}: ${files.join(', ')}`,
      );
    }
  } finally {
    progress.stop();
    if (loaded) await disposeOf(loaded);
  }
}

interface DrawOptions {
  readonly outputs: Outputs;
  readonly small: Outputs;
  readonly signal: AbortSignal;
  onPart(part: string, done: number, total: number): void;
}

/** Runs the stages and writes what came of them. @returns the files' paths */
async function draw(
  stages: readonly [Stage, ...Stage[]],
  { outputs, small, signal, onPart }: DrawOptions,
): Promise<readonly string[]> {
  const assets = createAssets();
  const { frames, onStep: collect } = collectFrames(outputs.frames);
  const samples = await sampleStages(stages, {
    assets,
    signal,
    onStep(step, stage) {
      if (stage === stages.at(-1)) collect(step);
      onPart(STAGE_NAMES[stages.indexOf(stage)]!, step.index + 1, step.total);
    },
  });
  const drawing = (index: number): Drawing => {
    const [spec, ...then] = stages.slice(0, index + 1).map((stage) => stage.spec);
    const { range } = stages[index]!.model;
    return { samples: samples[index]!, frames, range, spec: spec!, then, assets: assets.files };
  };
  const files = await outputs.write(drawing(stages.length - 1));
  return [...files, ...(await small.write({ ...drawing(0), frames: { x: [], x0: [] } }))];
}
