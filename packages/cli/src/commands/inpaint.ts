import type { Shape } from '@ungrain/core';
import { addPicture, enlargedShape, fitPicture, readMask } from '@ungrain/host';
import type { Command } from 'commander';
import { addConditionFlags, withCondition, type ConditionFlags } from '../condition-flags.js';
import { wholeNumberFlag } from '../common-flags.js';
import { addPictureFlags, invertFlag, makeSheet, pictureFor, type PictureFlags } from '../picture-command.js';

interface InpaintFlags extends PictureFlags, ConditionFlags {
  readonly mask: string;
  readonly count: number;
  readonly resamples: number;
  readonly invert?: boolean;
}

export function define(command: Command): void {
  command
    .argument('<image>', 'a picture')
    .requiredOption(
      '--mask <mask>',
      'what is to be new: x,y,width,height, or a PNG of the same size, transparent or white there',
    )
    .addOption(wholeNumberFlag('--count', 'so many ways to fill it in', { min: 1, max: 16 }).default(1))
    .addOption(
      wholeNumberFlag('--resamples', 'go over every ten steps so often, so that it fits better', {
        min: 1,
        max: 100,
      }).default(1),
    )
    .addOption(invertFlag());
  addConditionFlags(command, 'what the whole is to show');
  addPictureFlags(command, true);
  command.action((path: string, flags: InpaintFlags) =>
    makeSheet(command, flags, {
      sheet: 'inpaint',
      spec: (spec, model) => ({ ...withCondition(spec, model, flags), count: flags.count }),
      async options(run, notes) {
        const { given, picture } = await pictureFor(path, run, notes, flags);
        const maskIn = async (shape: Shape): Promise<string> =>
          addPicture(await readMask(flags.mask, given, shape), run.assets);
        const mask = await maskIn(run.spec.shape ?? run.model.sampleShape);
        if (!run.upscaler) return { picture, mask, resamples: flags.resamples };
        const shape = enlargedShape(run);
        const large = addPicture(fitPicture(given, shape, flags).picture, run.assets);
        return { picture, mask, resamples: flags.resamples, large: { picture: large, mask: await maskIn(shape) } };
      },
    }),
  );
}
