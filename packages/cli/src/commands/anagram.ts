import { parseOptions, UngrainError, type Model } from '@ungrain/core';
import { anagramSheet } from '@ungrain/host';
import type { Command } from 'commander';
import { valueOf } from '../class-flag.js';
import { addIllusionFlags, isScored, severally, type IllusionFlags } from '../illusion-flags.js';
import { addPictureFlags, makeSheet, withJudge } from '../picture-command.js';

interface AnagramFlags extends IllusionFlags {
  readonly view: readonly string[];
  readonly class: readonly unknown[];
}

const collect =
  <T>(read: (text: string) => T) =>
  (text: string, previous: readonly T[] = []): readonly T[] => [...previous, read(text)];

export function define(command: Command): void {
  command
    .requiredOption(
      '--view <view>',
      'a view, repeatable; one fewer than classes, and the first shows the image upright',
      collect(String),
    )
    .requiredOption('--class <class>', 'what each view shows, repeatable', collect(valueOf));
  addIllusionFlags(command);
  addPictureFlags(command, true);
  command.action((flags: AnagramFlags) =>
    withJudge(flags, isScored(flags), (judge) =>
      makeSheet(flags, {
        stem: 'anagram',
        spec: (spec) => severally(spec, flags),
        make(run) {
          const conditions = conditionsOf(flags, run.model);
          const views = viewsOf(flags, conditions.length);
          return anagramSheet(run, { views, conditions, judge, shown: flags.count });
        },
      }),
    ),
  );
}

const conditionsOf = ({ class: classes }: AnagramFlags, model: Model): readonly unknown[] =>
  classes.map((value) => parseOptions(model.condition, value, '--class'));

/** @throws UngrainError `bad-flag` */
function viewsOf({ view }: AnagramFlags, count: number): readonly string[] {
  if (view.length === count) return view;
  if (view.length === count - 1) return ['identity', ...view];
  throw new UngrainError(
    'bad-flag',
    `${view.length} --view and ${count} --class do not go together: there is a class for each view, and one for the image upright.`,
  );
}
