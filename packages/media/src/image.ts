import { formatShape, UngrainError, type Tensor } from '@ungrain/core';
import type { Channels, Pixels } from './pixels.js';

/** The values of a tensor that become black and white; `range` of a model. */
export type PixelRange = readonly [black: number, white: number];

/**
 * The images of a batch as pictures, one for each row: 255 · (x − black) / (white − black), clamped and rounded to the
 * nearest integer, halves up (as torchvision's `save_image` does). NaN becomes black.
 *
 * @param x [N, C, H, W] with C = 1 (grey) or 3 (RGB)
 * @throws UngrainError `bad-image-shape`, `bad-range`
 */
export function toPixels(x: Tensor, [black, white]: PixelRange): Pixels[] {
  const [count, channels, height, width] = imageShape(x);
  const factor = 255 / (white - black);
  if (![black, white, factor].every(Number.isFinite) || white <= black)
    throw new UngrainError(
      'bad-range',
      `Pixels need a range of two numbers, the lower first, not [${black}, ${white}].`,
    );
  const plane = height * width;
  return Array.from({ length: count }, (_, row) => {
    const data = new Uint8Array(plane * channels);
    for (let channel = 0; channel < channels; channel++) {
      const start = (row * channels + channel) * plane;
      for (let at = 0; at < plane; at++) data[at * channels + channel] = toByte((x.data[start + at]! - black) * factor);
    }
    return { data, width, height, channels };
  });
}

/** Math.round rounds halves up; storing NaN in bytes gives 0. */
const toByte = (value: number): number => Math.round(Math.min(255, Math.max(0, value)));

/** A picture as a batch of one, [1, C, H, W], from 0 (black) to 1 (white): what `toPixels` takes back exactly. */
export function fromPixels({ data, width, height, channels }: Pixels): Tensor {
  const plane = width * height;
  const values = new Float32Array(plane * channels);
  for (let channel = 0; channel < channels; channel++)
    for (let at = 0; at < plane; at++) values[channel * plane + at] = data[at * channels + channel]! / 255;
  return { data: values, shape: [1, channels, height, width] };
}

function imageShape({ shape }: Tensor): readonly [count: number, channels: Channels, height: number, width: number] {
  const [count, channels, height, width] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3) || !height || !width)
    throw new UngrainError(
      'bad-image-shape',
      `Pictures are made from a tensor [N, C, H, W] with 1 or 3 channels, not ${formatShape(shape)}.`,
    );
  return [count!, channels, height, width];
}
