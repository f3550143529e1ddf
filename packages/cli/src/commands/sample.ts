import { MAX_COUNT, parseOptions, planRun, UngrainError, type Model, type RunStep, type Tensor } from '@ungrain/core';
import { classesOf, createAssets, freshName, loadModel, planOutputs, sampleToEnd, takeInFiles } from '@ungrain/host';
import type { Command } from 'commander';
import { parseClassList } from '../class-list.js';
import { jsonFlag, weightsFlag, wholeNumberFlag } from '../common-flags.js';
import { engineFlag, engineOfFlags, threadsFlag, type EngineFlags } from '../engine-flags.js';
import { interruptible } from '../interruption.js';
import { printJson, printLine } from '../output.js';
import { startProgress } from '../progress.js';
import { addRunFlags, specOfFlags, type RunFlags } from '../run-flags.js';
import { versions } from '../versions.js';

interface SampleFlags extends RunFlags, EngineFlags {
  readonly class?: readonly number[] | 'none';
  readonly count?: number;
  readonly out?: string;
  readonly each?: string;
  readonly weights?: string;
  readonly json?: boolean;
}

/** About as many frames an animation has. */
const FRAMES = 60;

export function define(command: Command): void {
  command
    .argument('<model>', 'the model, such as digits')
    .option(
      '--class <list>',
      "what to draw: 7, 3,7 or 0..9, or 'none' for whatever comes (all classes by default)",
      (text) => (text === 'none' ? text : parseClassList(text)),
    )
    .addOption(wholeNumberFlag('--count', 'images of each class', { min: 1, max: MAX_COUNT }));
  addRunFlags(command, ['steps', 'seed', 'noise']);
  command
    .option('--out <file>', 'png (a grid), gif (from noise to image) or safetensors; a new png by default')
    .option('--each <folder>', 'every image as a PNG of its own, CLASS-INDEX.png')
    .addOption(weightsFlag())
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action((model: string, flags: SampleFlags) => interruptible((signal) => sample(model, flags, signal)));
}

async function sample(name: string, flags: SampleFlags, signal: AbortSignal): Promise<void> {
  const { each, json = false, weights } = flags;
  const out = flags.out ?? (each === undefined ? await freshName(`${name}-seed${flags.seed ?? 0}`, 'png') : undefined);
  const outputs = await planOutputs({ out, each });
  const engine = engineOfFlags(flags);
  const loaded = await loadModel(name, { engine, weights });
  const { model, registry } = loaded;
  const { conditions, labels } = conditionsOf(flags, model);
  const assets = createAssets();
  const asked = specOfFlags(flags, loaded, { count: labels.length, conditions, versions });
  const spec = await takeInFiles(asked, registry, assets);
  const total = planRun(spec, registry, model).levels.length - 1;

  const started = performance.now();
  const frames: Tensor[] = [];
  const progress = await startProgress('{bar} step {value} of {total}, {eta} s left', total, json);
  const onStep = (step: RunStep): void => {
    if (outputs.animated) frames.push(...framesOf(step));
    progress.update(step.index + 1);
  };
  try {
    const samples = await sampleToEnd(spec, { registry, model, assets, signal, onStep });
    const files = await outputs.write({ samples, frames, range: model.range, labels, spec });
    const seconds = Number(((performance.now() - started) / 1000).toFixed(3));
    const { name: engineName } = await engine();
    progress.stop();
    if (json) printJson({ files, seconds, engine: engineName, spec });
    else
      printLine(
        `${counted(labels.length, 'image')} in ${counted(spec.steps, 'step')}, ${seconds.toFixed(1)} s on ${engineName}: ${summary(files)}`,
      );
  } finally {
    progress.stop();
    await model.dispose();
  }
}

/** One condition for each sample, class by class, and what each is called in file names. */
function conditionsOf({ class: chosen, count = 1 }: SampleFlags, model: Model) {
  const known = classesOf(model);
  if (!known && chosen !== undefined && chosen !== 'none')
    throw new UngrainError('no-classes', `Model '${model.name}' draws whatever comes; leave out --class.`);
  const classes = chosen === 'none' ? null : (chosen ?? known);
  if (!classes) return { conditions: [], labels: new Array<string>(count).fill('any') };
  const conditions = classes
    .map((raw) => parseOptions(model.condition, raw, '--class'))
    .flatMap((condition) => new Array<unknown>(count).fill(condition));
  return { conditions, labels: conditions.map(String) };
}

/** The start of a run, and then evenly chosen steps. */
function framesOf({ index, total, before, x }: RunStep): readonly Tensor[] {
  const stride = Math.ceil(total / FRAMES);
  return [...(index === 0 ? [before] : []), ...((index + 1) % stride === 0 ? [x] : [])];
}

const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

const summary = (files: readonly string[]): string =>
  files.length <= 3 ? files.join(', ') : `${files[0]} and ${files.length - 1} more files`;
