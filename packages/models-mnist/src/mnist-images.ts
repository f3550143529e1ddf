import type { Model } from '@ungrain/core';
import { IMAGE_SIZE } from './unet.js';

/** What all models of MNIST's images have in common: [1, 28, 28], white on black, 0 to 1. */
export const mnistImages = {
  variance: 'none',
  sampleShape: [1, IMAGE_SIZE, IMAGE_SIZE],
  accepts: ([channels, height, width, ...rest]) =>
    channels === 1 && height === IMAGE_SIZE && width === IMAGE_SIZE && rest.length === 0,
  range: [0, 1],
  background: 'black',
  maxRows: 4096,
} satisfies Partial<Model>;
