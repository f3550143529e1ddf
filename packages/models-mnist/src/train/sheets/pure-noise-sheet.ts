import { concatRows, sliceRows, TorchGenerator } from '@ungrain/core';
import { z } from 'zod';
import { createUnetInference } from '../../unet-inference.js';
import { meanImage, meanSquaredError } from '../images.js';
import { drawingFields, type Drawing } from './drawing.js';
import type { Sheet, SheetSource } from './sheet.js';

export const pureNoiseDrawing = z.strictObject(drawingFields([1, 5]));

/** How many answers to noise are compared with the mean of the training images. */
const ANSWERS = 100;
const SHOWN = 10;

/**
 * What the network answers to noise alone, beside the mean of the training images. Over all pairs of an answer and a
 * training image the mean squared error is that of the mean image plus the answers' own distance from it:
 * E‖f − x‖² = E‖x − m‖² + E‖f − m‖², so no answer can do better than m.
 */
export async function pureNoiseSheet({ drawSeed }: Drawing, source: SheetSource): Promise<Sheet> {
  const network = await createUnetInference('uncond', source);
  try {
    const { mean, variance } = meanImage(source.train);
    const noise = new TorchGenerator(drawSeed).randn([ANSWERS, ...mean.shape.slice(1)]);
    const answers = (await network.run({ x: noise })).image!;
    const distance = meanSquaredError(answers, concatRows(new Array(ANSWERS).fill(mean)));
    const measures = {
      'MSE of the mean training image': variance,
      "MSE of the network's answers": variance + distance,
      'MSE between the answers and the mean image': distance,
    };
    return {
      name: `pure-noise-${source.moment.slug}`,
      title: `one step from pure noise ${source.moment.text}`,
      caption:
        `Noise of seed ${drawSeed}, and the network's answers: blurs near the mean of the ${source.train.labels.length} ` +
        `training images, which is the best answer when the noise says nothing of the image. MSE against all ` +
        `training images, over ${ANSWERS} answers.`,
      rows: [
        { label: 'noise', images: sliceRows(noise, 0, SHOWN) },
        { label: 'answer', images: sliceRows(answers, 0, SHOWN), note: `MSE ${(variance + distance).toFixed(4)}` },
        { label: 'mean', images: mean, note: `MSE ${variance.toFixed(4)}` },
      ],
      measures,
    };
  } finally {
    await network.dispose();
  }
}
