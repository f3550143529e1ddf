import { z } from 'zod';

/** How the figures of a run are drawn. None of it changes what is trained. */
export interface Drawing {
  /** After these many epochs the network is kept and shown; it is at the end in any case. */
  readonly showEpochs: readonly number[];
  /** The seed of the figures' noise. */
  readonly drawSeed: number;
}

/** The fields of `Drawing` with a recipe's own defaults. */
export const drawingFields = (showEpochs: readonly number[]) => ({
  showEpochs: z
    .array(z.int().min(1))
    .default([...showEpochs])
    .describe('After these many epochs, and at the end, the network is shown.'),
  drawSeed: z.int().min(0).default(100).describe('The seed of the noise in the figures.'),
});
