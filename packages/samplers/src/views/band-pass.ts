import { subtract, type Tensor, type View } from '@ungrain/core';
import { z } from 'zod';
import { gaussianBlur } from '../filters/gaussian-blur.js';
import { filterTransform, scaledWidth, stageScale } from './filter.js';
import { passOptions } from './pass.js';

const options = z.strictObject({
  band: z.enum(['low', 'medium', 'high']).default('medium').describe('The part that is kept.'),
  fine: z.number().positive().max(100).default(1).describe('Deviation in pixels; what is finer is high.'),
  coarse: z
    .number()
    .positive()
    .max(100)
    .default(2)
    .describe('Deviation in pixels of the blur that parts medium and low.'),
  ...passOptions,
});
type Options = z.output<typeof options>;

type Blurs = readonly [fine: (x: Tensor) => Tensor, coarse: (x: Tensor) => Tensor];

const BANDS: Readonly<Record<Options['band'], (x: Tensor, blurs: Blurs) => Tensor>> = {
  high: (x, [fine]) => subtract(x, fine(x)),
  medium: (x, [fine, coarse]) => subtract(fine(x), coarse(fine(x))),
  low: (x, [fine, coarse]) => coarse(fine(x)),
};

/** One of three bands of frequencies, the parts of a triple hybrid (Geng et al. 2024, "Factorized Diffusion"). */
export const bandPassView: View<Options> = {
  name: 'band-pass',
  summary: 'Keeps the low, the medium or the high of three bands of frequencies.',
  options,
  create({ band, fine, coarse, kernel }, shape) {
    const scale = stageScale(shape);
    const blur = (sigma: number) => (x: Tensor) =>
      gaussianBlur(x, { sigma: sigma * scale, kernel: scaledWidth(kernel, scale) });
    return filterTransform((x) => BANDS[band](x, [blur(fine), blur(coarse)]));
  },
};
