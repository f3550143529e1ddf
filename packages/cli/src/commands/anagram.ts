import { UngrainError, type Model } from '@ungrain/core';
import type { Command } from 'commander';
import { checkConditionFlag, readCondition } from '../condition-flags.js';
import { addIllusionFlags, choiceOf, severally, type IllusionFlags } from '../illusion-flags.js';
import { addPictureFlags, makeSheet } from '../picture-command.js';

interface AnagramFlags extends IllusionFlags {
  readonly view: readonly string[];
  readonly class?: readonly string[];
  readonly prompt?: readonly string[];
}

const collect = (text: string, previous: readonly string[] = []): readonly string[] => [...previous, text];

export function define(command: Command): void {
  command
    .requiredOption(
      '--view <view>',
      'a view, repeatable; one fewer than classes, and the first shows the image upright',
      collect,
    )
    .option('--class <class>', 'what each view shows, repeatable, of a model that has classes', collect)
    .option('--prompt <text>', 'what each view shows, repeatable, of a model that reads words', collect);
  addIllusionFlags(command);
  addPictureFlags(command, true);
  command.action((flags: AnagramFlags) =>
    makeSheet(command, flags, {
      sheet: 'anagram',
      spec: (spec) => severally(spec, flags),
      options({ model }) {
        const conditions = conditionsOf(flags, model);
        return { views: viewsOf(flags, conditions.length), conditions, ...choiceOf(flags) };
      },
    }),
  );
}

/** @throws UngrainError `bad-flag` if it is not said what the views show, or in another way than the model takes */
function conditionsOf(flags: AnagramFlags, model: Model): unknown[] {
  const flag = flags.prompt ? 'prompt' : 'class';
  const given = flags[flag];
  if (!given || (flags.prompt && flags.class))
    throw new UngrainError('bad-flag', 'What each view shows is said by --class or by --prompt, once for each.');
  checkConditionFlag(model, flag);
  return given.map((text) => readCondition(model, text, `--${flag}`));
}

/** @throws UngrainError `bad-flag` */
function viewsOf({ view, prompt }: AnagramFlags, count: number): string[] {
  const flag = prompt ? 'prompt' : 'class';
  if (view.length === count) return [...view];
  if (view.length === count - 1) return ['identity', ...view];
  throw new UngrainError(
    'bad-flag',
    `${view.length} --view and ${count} --${flag} do not go together: there is a ${flag} for each view, and one for the image upright.`,
  );
}
