import type { Command } from 'commander';
import {
  addPictureFlags,
  invertFlag,
  makeSheet,
  pictureFor,
  timesFlag,
  type PictureFlags,
} from '../picture-command.js';

interface NoiseFlags extends PictureFlags {
  readonly t: readonly number[];
  readonly invert?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<image>', 'a picture')
    .addOption(timesFlag().default([250, 500, 750]))
    .addOption(invertFlag());
  addPictureFlags(command, false);
  command.action((path: string, flags: NoiseFlags) =>
    makeSheet(command, flags, {
      sheet: 'noise',
      async options(run, notes) {
        const { picture } = await pictureFor(path, run, notes, flags);
        return { picture, times: [...flags.t] };
      },
    }),
  );
}
