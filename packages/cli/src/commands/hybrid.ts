import type { Command } from 'commander';
import { readCondition } from '../condition-flags.js';
import { addIllusionFlags, choiceOf, severally, type IllusionFlags } from '../illusion-flags.js';
import { addPictureFlags, makeSheet } from '../picture-command.js';
import { blurFlags, type BlurFlags } from '../blur-flags.js';

interface HybridFlags extends IllusionFlags, BlurFlags {
  readonly low: string;
  readonly high: string;
}

/** At 28 pixels the strokes of a digit are three wide: what a blur of 2 pixels leaves is its shape. */
const LOW_ENDS = { kernel: 33, sigma: 2 };

export function define(command: Command): void {
  command
    .requiredOption('--low <condition>', 'what is seen from afar, a class or words')
    .requiredOption('--high <condition>', 'what is seen from near');
  for (const flag of blurFlags(LOW_ENDS)) command.addOption(flag);
  addIllusionFlags(command);
  addPictureFlags(command, true);
  command.action((flags: HybridFlags) =>
    makeSheet(command, flags, {
      sheet: 'hybrid',
      spec: (spec) => severally(spec, flags),
      options({ model }) {
        const [low, high] = (['low', 'high'] as const).map((name) => readCondition(model, flags[name], `--${name}`));
        const { sigma, kernel } = flags;
        return { low, high, sigma, kernel, ...choiceOf(flags) };
      },
    }),
  );
}
