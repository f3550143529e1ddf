import { UngrainError, type RunSpec } from '@ungrain/core';
import type { Command } from 'commander';
import { wholeNumberFlag } from './common-flags.js';
import type { PictureFlags } from './picture-command.js';

export interface IllusionFlags extends PictureFlags {
  readonly count: number;
  readonly bestOf?: number;
  readonly score?: boolean;
}

export function addIllusionFlags(command: Command): void {
  command
    .addOption(wholeNumberFlag('--count', 'so many images', { min: 1, max: 16 }).default(4))
    .option('--score', 'the judge says how well each reading can be read')
    .addOption(wholeNumberFlag('--best-of', 'draw so many and show the best by the judge', { min: 1, max: 256 }));
}

/** What is shown of what is drawn; the best are the judge's best. */
export const choiceOf = ({ score = false, bestOf, count }: IllusionFlags) => ({
  scored: score || bestOf !== undefined,
  shown: count,
});

/** @throws UngrainError `bad-flag` */
function drawnCount({ count, bestOf }: IllusionFlags): number {
  if (bestOf !== undefined && bestOf < count)
    throw new UngrainError('bad-flag', `--best-of ${bestOf} is fewer than the ${count} images of --count.`);
  return bestOf ?? count;
}

/** Each image has the noise of a seed of its own, so that the best can be drawn again alone. */
export const severally = (spec: RunSpec, flags: IllusionFlags): RunSpec => ({
  ...spec,
  count: drawnCount(flags),
  noise: flags.noise ?? 'torch-per-sample',
});
