import { z } from 'zod';
import { gaussianBlur } from '../filters/gaussian-blur.js';
import { filterPair, scaledWidth } from './filter.js';

export const passOptions = {
  kernel: z
    .int()
    .min(1)
    .max(255)
    .refine((width) => width % 2 === 1, 'it must be odd')
    .default(33)
    .describe('Pixels of the Gaussian kernel along each side, odd.'),
};

const options = z.strictObject({
  sigma: z
    .number()
    .positive()
    .max(100)
    .default(2)
    .describe('Deviation in pixels: what is finer is high, the rest low.'),
  ...passOptions,
});

/** Low and high frequencies by a Gaussian, the parts of a hybrid image (section 1.9 of the course; Oliva et al. 2006). */
export const [lowPassView, highPassView] = filterPair<z.output<typeof options>>(
  {
    name: 'low-pass',
    summary: 'Keeps what a Gaussian blur leaves, which is seen from afar.',
    options,
    keep: (x, { sigma, kernel }, scale) =>
      gaussianBlur(x, { sigma: sigma * scale, kernel: scaledWidth(kernel, scale) }),
  },
  { name: 'high-pass', summary: 'Keeps what a Gaussian blur takes away, which is seen from near.' },
);
