import type { Tensor, View } from '@ungrain/core';
import { z } from 'zod';
import { filterTransform, requireColour, restTransform } from './filter.js';

const options = z.strictObject({});

/** The mean of the three channels, in each of them. */
function greyOf({ data, shape }: Tensor): Tensor {
  const [rows = 0, channels = 1, height = 1, width = 1] = shape;
  const plane = height * width;
  const grey = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < plane; i++) {
      const at = row * channels * plane + i;
      let sum = 0;
      for (let channel = 0; channel < channels; channel++) sum += data[at + channel * plane]!;
      for (let channel = 0; channel < channels; channel++) grey[at + channel * plane] = sum / channels;
    }
  return { data: grey, shape };
}

/** Brightness, seen when colour is taken away (Geng et al. 2024, "Factorized Diffusion"). */
export const greyView: View<z.output<typeof options>> = {
  name: 'grey',
  summary: 'Keeps the brightness.',
  options,
  create(_, shape) {
    requireColour(shape, 'grey');
    return filterTransform(greyOf);
  },
};

/** Colour without brightness. */
export const colourView: View<z.output<typeof options>> = {
  name: 'colour',
  summary: 'Keeps the colour without its brightness.',
  options,
  create(_, shape) {
    requireColour(shape, 'colour');
    return restTransform(greyOf);
  },
};
