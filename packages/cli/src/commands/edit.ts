import { editSheet } from '@ungrain/host';
import { Option, type Command } from 'commander';
import { classFlag, withClass } from '../class-flag.js';
import {
  addPictureFlags,
  invertFlag,
  makeSheet,
  numbersOf,
  pictureFor,
  type PictureFlags,
} from '../picture-command.js';

interface EditFlags extends PictureFlags {
  readonly start: readonly number[];
  readonly class?: unknown;
  readonly invert?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<image>', 'a PNG: a picture or a drawing')
    .addOption(
      new Option('--start <list>', 'the steps to begin at; the earlier, the more is new')
        .argParser((text) => numbersOf(text, '--start'))
        .default([1, 3, 5, 7, 10, 20]),
    )
    .addOption(classFlag('what it is to become; whatever comes if left out'))
    .addOption(invertFlag());
  addPictureFlags(command, false);
  command.action((path: string, flags: EditFlags) =>
    makeSheet(flags, {
      stem: 'edit',
      async make(run, notes) {
        const { picture } = await pictureFor(path, run, notes, flags);
        return editSheet({ ...run, spec: withClass(run.spec, run.model, flags.class) }, picture, flags.start);
      },
    }),
  );
}
