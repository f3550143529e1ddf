import { Option, type Command } from 'commander';
import { addConditionFlags, withCondition, type ConditionFlags } from '../condition-flags.js';
import {
  addPictureFlags,
  invertFlag,
  makeSheet,
  numbersOf,
  pictureFor,
  type PictureFlags,
} from '../picture-command.js';

interface EditFlags extends PictureFlags, ConditionFlags {
  readonly start: readonly number[];
  readonly invert?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<image>', 'a picture or a drawing')
    .addOption(
      new Option('--start <list>', 'the steps to begin at; the earlier, the more is new')
        .argParser((text) => numbersOf(text, '--start'))
        .default([1, 3, 5, 7, 10, 20]),
    )
    .addOption(invertFlag());
  addConditionFlags(command, 'what it is to become');
  addPictureFlags(command, false);
  command.action((path: string, flags: EditFlags) =>
    makeSheet(command, flags, {
      sheet: 'edit',
      spec: (spec, model) => withCondition(spec, model, flags),
      async options(run, notes) {
        const { picture } = await pictureFor(path, run, notes, flags);
        return { picture, starts: [...flags.start] };
      },
    }),
  );
}
