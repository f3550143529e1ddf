import { z } from 'zod';
import { motionBlur } from '../filters/motion-blur.js';
import { filterPair, scaledWidth } from './filter.js';

const options = z.strictObject({
  size: z
    .int()
    .min(1)
    .max(255)
    .refine((width) => width % 2 === 1, 'it must be odd')
    .default(7)
    .describe('Pixels of the diagonal that are averaged, odd.'),
});

/** What is left of an image in motion, and what motion takes away (Geng et al. 2024, "Factorized Diffusion"). */
export const [motionView, motionRestView] = filterPair<z.output<typeof options>>(
  {
    name: 'motion',
    summary: 'Keeps what a diagonal motion leaves.',
    options,
    keep: (x, { size }, scale) => motionBlur(x, scaledWidth(size, scale)),
  },
  { name: 'motion-rest', summary: 'Keeps what a diagonal motion takes away.' },
);
