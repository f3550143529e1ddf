import { MAX_COUNT, UngrainError } from '@ungrain/core';
import { checkOutputFile, freshName, planOutputs } from '@ungrain/host';
import type { Command } from 'commander';
import { parseClassList } from '../class-list.js';
import { jsonFlag, weightsFlag, wholeNumberFlag } from '../common-flags.js';
import { addDeepfloydFlags } from '../deepfloyd-flags.js';
import { dryRun } from '../dry-run.js';
import { engineFlag, threadsFlag } from '../engine-flags.js';
import { parseAxis, type TypedAxis } from '../grid-axes.js';
import { interruptible } from '../interruption.js';
import { pluginsOf } from '../plugin-flag.js';
import { prepareRun, type SampleFlags } from '../prepare-run.js';
import { addRunFlags } from '../run-flags.js';
import { sampleGrid } from '../sample-grid.js';
import { sampleOnce } from '../sample-once.js';
import { addStateFlags, checkStateFlags } from '../state-flags.js';

export function define(command: Command): void {
  command
    .argument('<model>', 'the model, such as digits')
    .option(
      '--class <list>',
      "what to draw: 7, 3,7 or 0..9, or 'none' for whatever comes (all classes by default)",
      (text) => (text === 'none' ? text : parseClassList(text)),
    )
    .option(
      '--prompt <text>',
      'what to draw, of a model that reads words, repeatable',
      (text, all: readonly string[] = []) => [...all, text],
    )
    .addOption(wholeNumberFlag('--count', 'images of each class or prompt', { min: 1, max: MAX_COUNT }));
  addRunFlags(command, ['steps', 'seed', 'noise']);
  addStateFlags(command);
  addDeepfloydFlags(command);
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
    .option('--dry-run', 'print the run and what it costs, and draw nothing')
    .addOption(weightsFlag())
    .addOption(engineFlag())
    .addOption(threadsFlag())
    .addOption(jsonFlag())
    .action((model: string, flags: SampleFlags, self: Command) =>
      interruptible(async (signal) => sample(model, { ...flags, plugins: await pluginsOf(self) }, signal)),
    );
}

async function sample(name: string, flags: SampleFlags, signal: AbortSignal): Promise<void> {
  const { each, gif, gifX0, grid, saveState } = flags;
  checkStateFlags({ ...flags });
  if (name === 'if' && flags.stage2 !== undefined)
    throw new UngrainError(
      'bad-flag',
      '`ungrain sample` draws with one model; `ungrain generate` goes on with stage II.',
    );
  const out = flags.out ?? (onlyOthers(flags) ? undefined : await freshName(`${name}-seed${flags.seed ?? 0}`, 'png'));
  if (grid) await checkGridFlags(flags, out);
  const outputs = await planOutputs({ out, each, gif, gifX0 });
  if (saveState !== undefined) await checkOutputFile(saveState, ['safetensors']);
  const prepared = await prepareRun(name, flags, signal);
  try {
    if (flags.dryRun) await dryRun(prepared, flags, signal);
    else if (grid) await sampleGrid(prepared, { ...flags, grid, out: out! }, signal);
    else await sampleOnce(prepared, flags, outputs, signal);
  } finally {
    await prepared.model.dispose();
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
