import { addNoise, assetOption, UngrainError, type Guidance, type RunStart } from '@ungrain/core';
import { z } from 'zod';
import { imageFor } from './run-images.js';

const options = z
  .strictObject({
    image: assetOption().describe('The image to begin from.'),
    start: z.int().min(0).optional().describe('The step to begin at: 0 keeps almost nothing of the image.'),
    strength: z
      .number()
      .positive()
      .max(1)
      .optional()
      .describe('The share of the steps that is done, instead of start; 0.6 if neither is given.'),
  })
  .refine(({ start, strength }) => start === undefined || strength === undefined, {
    error: 'start says already where to begin',
    path: ['strength'],
  });

const DEFAULT_STRENGTH = 0.6;

/**
 * Begins from an image with noise added, x = α·image + σ·noise at the level of a step, and does the steps from there:
 * Meng et al. 2022, "SDEdit: Guided Image Synthesis and Editing with Stochastic Differential Equations", algorithm 1; the
 * course's section 1.7, whose i_start is `start`.
 */
export const sdeditGuidance: Guidance<z.output<typeof options>> = {
  name: 'sdedit',
  summary: 'Begins from an image with noise added: edits it, more the earlier it begins.',
  options,
  sets: 'start',
  async create({ image: name, start, strength = DEFAULT_STRENGTH }, { model, asset }) {
    const picture = await asset(name);
    return {
      begin({ x, noise, from, moves }) {
        const index = start ?? Math.max(0, moves.length - Math.floor(strength * moves.length));
        checkStart(index, moves);
        const level = moves[index - 1]?.to ?? from;
        const image = imageFor(x.shape, picture, model);
        return { x: addNoise(image, level, noise), noise, from: level, moves: moves.slice(index) };
      },
    };
  },
};

function checkStart(index: number, moves: RunStart['moves']): void {
  if (moves.some((move) => move.do === 'renoise'))
    throw new UngrainError('guidance-order', "Guidance 'sdedit' counts steps, so list it before one that adds some.");
  if (index >= moves.length)
    throw new UngrainError(
      'start-too-late',
      `Guidance 'sdedit' would begin at step ${index}, but the run has the steps 0 to ${moves.length - 1}.`,
    );
}
