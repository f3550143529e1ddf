import { MAX_COUNT, planRun, UngrainError, type RunStep } from '@ungrain/core';
import { checkOutputFile, collectFrames, freshName, planOutputs, sampleToEnd } from '@ungrain/host';
import type { Command } from 'commander';
import { parseClassList } from '../class-list.js';
import { jsonFlag, weightsFlag, wholeNumberFlag } from '../common-flags.js';
import { engineFlag, threadsFlag } from '../engine-flags.js';
import { parseAxis, type TypedAxis } from '../grid-axes.js';
import { interruptible } from '../interruption.js';
import { counted } from '../output.js';
import { prepareRun, type SampleFlags } from '../prepare-run.js';
import { startProgress } from '../progress.js';
import { addRunFlags } from '../run-flags.js';
import { sampleGrid } from '../sample-grid.js';
import { tellFiles } from '../sample-text.js';

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
    .option('--gif <file>', 'the states x_t from noise to image, animated')
    .option('--gif-x0 <file>', 'the estimates of the clean image on the way, animated')
    .option(
      '--grid <axis...>',
      'a sheet of runs that differ in one or two things: sampler=ddim,euler steps=10,20 cfg.scale=1,3 class=0..9 seed=1,2',
      (text, axes: readonly TypedAxis[] = []) => [...axes, parseAxis(text)],
    )
    .addOption(weightsFlag())
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action((model: string, flags: SampleFlags) => interruptible((signal) => sample(model, flags, signal)));
}

async function sample(name: string, flags: SampleFlags, signal: AbortSignal): Promise<void> {
  const out = flags.out ?? (onlyOthers(flags) ? undefined : await freshName(`${name}-seed${flags.seed ?? 0}`, 'png'));
  if (flags.grid) await checkGridFlags(flags, out);
  const outputs = await planOutputs({ out, each: flags.each, gif: flags.gif, gifX0: flags.gifX0 });
  const prepared = await prepareRun(name, flags);
  const { model, registry, spec, assets } = prepared;
  try {
    if (flags.grid) return await sampleGrid(prepared, { ...flags, grid: flags.grid, out: out! }, signal);
    const total = planRun(spec, registry, model).levels.length - 1;
    const started = performance.now();
    const progress = await startProgress('{bar} step {value} of {total}, {eta} s left', total, flags.json ?? false);
    const { frames, onStep: collect } = collectFrames(outputs.frames);
    const onStep = (step: RunStep): void => {
      collect(step);
      progress.update(step.index + 1);
    };
    try {
      const samples = await sampleToEnd(spec, { registry, model, assets, signal, onStep });
      const files = await outputs.write({ samples, frames, range: model.range, spec, assets: assets.files });
      progress.stop();
      tellFiles(`${counted(spec.count, 'image')} in ${counted(spec.steps, 'step')}`, { files, started, spec }, flags);
    } finally {
      progress.stop();
    }
  } finally {
    await model.dispose();
  }
}

const onlyOthers = ({ each, gif, gifX0 }: SampleFlags): boolean =>
  [each, gif, gifX0].some((file) => file !== undefined);

/** A grid is one sheet. @throws UngrainError `bad-flag`, `unknown-extension` */
async function checkGridFlags(flags: SampleFlags, out: string | undefined): Promise<void> {
  if (onlyOthers(flags))
    throw new UngrainError('bad-flag', '--grid makes one sheet; it does not go with --each, --gif or --gif-x0.');
  await checkOutputFile(out!, ['png']);
}
