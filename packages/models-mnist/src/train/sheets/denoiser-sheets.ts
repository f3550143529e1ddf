import { add, scale, TorchGenerator, type Tensor } from '@ungrain/core';
import { z } from 'zod';
import type { Inference } from '../../inference.js';
import { createUnetInference } from '../../unet-inference.js';
import { gatherImages, meanSquaredError, oneOfEachClass } from '../images.js';
import { drawingFields, type Drawing } from './drawing.js';
import { heldOut, type Sheet, type SheetSource } from './sheet.js';

export interface DenoiserDrawing extends Drawing {
  readonly sigmas: readonly number[];
}

export const denoiserDrawing = z.strictObject({
  ...drawingFields([1, 5]),
  sigmas: z
    .array(z.number().min(0).max(100))
    .min(1)
    .max(20)
    .default([0, 0.2, 0.4, 0.5, 0.6, 0.8, 1])
    .describe('The levels of noise that the trained network is tried at.'),
});

/** How many images a mean squared error is measured on. */
const MEASURED = 500;

/** What the one-step denoiser makes of noisy digits; at the end also at levels of noise that it was not trained at. */
export async function denoiserSheets(sigma: number, drawing: DenoiserDrawing, source: SheetSource): Promise<Sheet[]> {
  const network = await createUnetInference('uncond', source);
  try {
    const one = await denoisedSheet(network, sigma, drawing, source);
    return source.moment.last ? [one, await sigmaSheet(network, sigma, drawing, source)] : [one];
  } finally {
    await network.dispose();
  }
}

async function denoisedSheet(
  network: Inference,
  sigma: number,
  { drawSeed }: DenoiserDrawing,
  source: SheetSource,
): Promise<Sheet> {
  const { images, called } = heldOut(source);
  const clean = gatherImages(images, oneOfEachClass(images));
  const noisy = noised(clean, sigma, drawSeed);
  return {
    name: `denoised-${source.moment.slug}`,
    title: `one-step denoising ${source.moment.text}`,
    caption: `${capitalize(called)}, with noise of σ = ${sigma} (seed ${drawSeed}), and what the network makes of them.`,
    rows: [
      { label: 'clean', images: clean },
      { label: 'noisy', images: noisy },
      { label: 'denoised', images: await denoised(network, noisy) },
    ],
  };
}

async function sigmaSheet(
  network: Inference,
  sigma: number,
  { sigmas, drawSeed }: DenoiserDrawing,
  source: SheetSource,
): Promise<Sheet> {
  const { images, called } = heldOut(source);
  const clean = gatherImages(images, oneOfEachClass(images));
  const many = gatherImages(
    images,
    Uint32Array.from({ length: Math.min(MEASURED, images.labels.length) }, (_, i) => i),
  );
  const rows: Sheet['rows'][number][] = [];
  const measures: Record<string, number> = {};
  for (const level of sigmas) {
    const noisy = noised(clean, level, drawSeed);
    const before = noised(many, level, drawSeed);
    const [errorBefore, errorAfter] = [before, await denoised(network, before)].map((x) => meanSquaredError(x, many));
    measures[`MSE of the noisy images, σ = ${level}`] = errorBefore!;
    measures[`MSE of the denoised images, σ = ${level}`] = errorAfter!;
    rows.push(
      { label: `σ = ${level}`, images: noisy, note: `MSE ${errorBefore!.toFixed(4)}` },
      { label: 'denoised', images: await denoised(network, noisy), note: `MSE ${errorAfter!.toFixed(4)}` },
    );
  }
  return {
    name: 'sigma-sweep',
    title: `one-step denoising at levels of noise that it was not trained at`,
    caption:
      `The network was trained at σ = ${sigma} alone; here it is ${source.moment.text}. Mean squared errors over ` +
      `${many.shape[0]!} ${called}.`,
    rows,
    measures,
  };
}

const denoised = async (network: Inference, noisy: Tensor): Promise<Tensor> => (await network.run({ x: noisy })).image!;

/** image + σ·noise */
const noised = (images: Tensor, sigma: number, seed: number): Tensor =>
  add(images, scale(new TorchGenerator(seed).randn(images.shape), sigma));

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
