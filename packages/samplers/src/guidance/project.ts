import { addNoise, assetOption, linear, UngrainError, type Guidance } from '@ungrain/core';
import { z } from 'zod';
import { goesUp, imageFor } from './run-images.js';

const options = z.strictObject({
  image: assetOption().describe('The image that a part is given by.'),
  part: z
    .string()
    .min(1)
    .default('low-pass')
    .describe('The part that is given, a view that is a filter: low-pass sharpens, grey colours in.'),
});

/**
 * Inverse problems by projection: after each step one part of the image is replaced by that of a given image, with the
 * noise of the level just reached, x ← x − part(x) + part(α·image + σ·noise).
 * Geng et al. 2024, "Factorized Diffusion", section 3.6; Choi et al. 2021, "ILVR", eq. 8, for low frequencies.
 */
export const projectGuidance: Guidance<z.output<typeof options>> = {
  name: 'project',
  summary: 'Takes a part of the image, as its low frequencies or its grey, from a given one.',
  options,
  async create({ image: name, part }, { model, asset, view }) {
    const picture = await asset(name);
    const filter = view(part);
    return {
      begin(start) {
        imageFor(start.x.shape, picture, model);
        if (filter.forward(start.x) !== start.x)
          throw new UngrainError('no-filter', `The view '${part}' is no filter, so it has no part that can be given.`);
        return start;
      },
      constrain(x, at, source) {
        if (goesUp(at)) return x;
        const image = imageFor(x.shape, picture, model);
        const noise = () => source.normal({ slot: 'known', step: at.index, draw: 0 }, x.shape);
        const known = addNoise(image, at.to, at.to.sigma > 0 ? noise() : image);
        return linear([1, x], [1, filter.inverse(linear([1, known], [-1, x]))]);
      },
    };
  },
};
