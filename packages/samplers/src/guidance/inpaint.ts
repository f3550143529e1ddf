import { addNoise, assetOption, type Guidance, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import { goesUp, imageFor, maskFor } from './run-images.js';

const options = z.strictObject({
  image: assetOption().describe('The image of which a part stays.'),
  mask: assetOption().describe('White where the image is to be new, black where it stays.'),
  keepClean: z
    .boolean()
    .default(false)
    .describe(
      "Where it stays the image is itself from the first step on, without the level's noise, as diffusers does it.",
    ),
});

/**
 * After each step, what is outside the mask becomes the image again, with the noise of the level just reached:
 *
 *   x ← m·x + (1 − m)·(α·image + σ·noise)
 *
 * The course's section 1.7.2; Lugmayr et al. 2022, "RePaint: Inpainting using Denoising Diffusion Probabilistic Models",
 * eq. 8. Together with 'repaint' the two parts fit better.
 */
export const inpaintGuidance: Guidance<z.output<typeof options>> = {
  name: 'inpaint',
  summary: 'Keeps an image outside of a mask and draws what is inside.',
  options,
  async create({ image: imageName, mask: maskName, keepClean }, { model, asset }) {
    const [picture, maskPicture] = [await asset(imageName), await asset(maskName)];
    return {
      begin(start) {
        // What cannot fit is refused before the first step.
        const { shape } = start.x;
        const [image, mask] = [imageFor(shape, picture, model), maskFor(shape, maskPicture)];
        return keepClean ? { ...start, x: blend(mask, start.x, image) } : start;
      },
      constrain(x, at, source) {
        if (goesUp(at)) return x;
        const image = imageFor(x.shape, picture, model);
        const noise = () => source.normal({ slot: 'known', step: at.index, draw: 0 }, x.shape);
        const known = keepClean || at.to.sigma === 0 ? image : addNoise(image, at.to, noise());
        return blend(maskFor(x.shape, maskPicture), x, known);
      },
    };
  },
};

/** m·inside + (1 − m)·outside */
function blend(mask: Tensor, inside: Tensor, outside: Tensor): Tensor {
  const data = mask.data.map((m, i) => m * inside.data[i]! + (1 - m) * outside.data[i]!);
  return { data, shape: mask.shape };
}
