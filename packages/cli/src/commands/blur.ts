import type { Command } from 'commander';
import { blurFlags, type BlurFlags } from '../blur-flags.js';
import {
  addPictureFlags,
  invertFlag,
  makeSheet,
  pictureFor,
  timesFlag,
  type PictureFlags,
} from '../picture-command.js';

interface Flags extends PictureFlags, BlurFlags {
  readonly t?: readonly number[];
  readonly invert?: boolean;
}

export function define(command: Command): void {
  command.argument('<image>', 'a picture').addOption(timesFlag()).addOption(invertFlag());
  for (const flag of blurFlags()) command.addOption(flag);
  addPictureFlags(command, false);
  command.action((path: string, flags: Flags) =>
    makeSheet(command, flags, {
      sheet: 'blur',
      async options(run, notes) {
        const { picture } = await pictureFor(path, run, notes, flags);
        const { t = [], kernel, sigma } = flags;
        return { picture, times: [...t], kernel, sigma };
      },
    }),
  );
}
