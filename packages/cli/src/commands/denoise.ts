import type { DenoiseMethod } from '@ungrain/host';
import type { Command } from 'commander';
import { blurFlags, type BlurFlags } from '../blur-flags.js';
import { addConditionFlags, withCondition, type ConditionFlags } from '../condition-flags.js';
import {
  addPictureFlags,
  invertFlag,
  makeSheet,
  pictureFor,
  timesFlag,
  type PictureFlags,
} from '../picture-command.js';

interface DenoiseFlags extends PictureFlags, ConditionFlags, BlurFlags {
  readonly t: readonly number[];
  readonly invert?: boolean;
  readonly oneStep?: boolean;
  readonly iterative?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<image>', 'a picture, to which noise is added first')
    .addOption(timesFlag().default([250, 500, 750]))
    .option('--one-step', "only the model's estimate at once")
    .option('--iterative', 'only step by step')
    .addOption(invertFlag());
  for (const flag of blurFlags()) command.addOption(flag);
  addConditionFlags(command, 'what the image shows');
  addPictureFlags(command, false);
  command.action((path: string, flags: DenoiseFlags) =>
    makeSheet(command, flags, {
      sheet: 'denoise',
      spec: (spec, model) => withCondition(spec, model, flags),
      async options(run, notes) {
        const { picture } = await pictureFor(path, run, notes, flags);
        const { t, kernel, sigma } = flags;
        return { picture, times: [...t], methods: methodsOf(flags), kernel, sigma };
      },
    }),
  );
}

function methodsOf({ oneStep = false, iterative = false }: DenoiseFlags): DenoiseMethod[] {
  if (oneStep === iterative) return ['one-step', 'iterative'];
  return [oneStep ? 'one-step' : 'iterative'];
}
