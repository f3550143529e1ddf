import { map, type Shape, type Tensor } from '@ungrain/core';
import { resize } from '@ungrain/samplers';

/** A picture as a model takes it. */
export interface FittedPicture {
  /** [1, channels, height, width] from 0 to 1. */
  readonly picture: Tensor;
  /** What was done to it, a phrase each: `enlarged …`. */
  readonly changes: readonly string[];
}

export interface FitOptions {
  /** Black and white change places first. */
  readonly invert?: boolean | undefined;
}

/** ITU-R BT.601's brightness of red, green and blue. */
const BRIGHTNESS = [0.299, 0.587, 0.114] as const;

/**
 * Fits a picture to a model's samples: colour to grey or the other way, the middle cut out where the sides have another
 * ratio, resized with smoothing. A picture that fits already stays as it is.
 *
 * @param image [1, 1 or 3, height, width] from 0 to 1
 * @param shape [channels, height, width]
 */
export function fitPicture(image: Tensor, shape: Shape, { invert = false }: FitOptions = {}): FittedPicture {
  const changes: string[] = [];
  const [channels = 1, height = 1, width = 1] = shape;
  let picture = invert ? map(image, (value) => 1 - value) : image;
  if (invert) changes.push('black and white exchanged');
  const [, given = 1, givenHeight = 1, givenWidth = 1] = picture.shape;
  if (given !== channels) {
    picture = channels === 1 ? greyOf(picture) : repeatChannel(picture, channels);
    changes.push(channels === 1 ? 'colour to grey' : 'grey to colour');
  }
  const scale = Math.min(givenHeight / height, givenWidth / width);
  const [cutHeight, cutWidth] = [Math.round(height * scale), Math.round(width * scale)];
  if (cutHeight !== givenHeight || cutWidth !== givenWidth) {
    picture = middle(picture, cutHeight, cutWidth);
    changes.push(`cut to its middle, ${cutWidth} × ${cutHeight}`);
  }
  if (cutHeight !== height || cutWidth !== width) {
    picture = resize(picture, [height, width], true);
    changes.push(`${cutWidth} × ${cutHeight} to ${width} × ${height}`);
  }
  return { picture, changes };
}

function greyOf({ data, shape: [, , height = 1, width = 1] }: Tensor): Tensor {
  const plane = height * width;
  const grey = new Float32Array(plane);
  for (let i = 0; i < plane; i++)
    grey[i] = BRIGHTNESS.reduce((sum, weight, channel) => sum + weight * data[channel * plane + i]!, 0);
  return { data: grey, shape: [1, 1, height, width] };
}

/** A picture of one channel in as many as wanted. */
export function repeatChannel({ data, shape: [, , height = 1, width = 1] }: Tensor, channels: number): Tensor {
  const all = new Float32Array(channels * data.length);
  for (let channel = 0; channel < channels; channel++) all.set(data, channel * data.length);
  return { data: all, shape: [1, channels, height, width] };
}

function middle(
  { data, shape: [, channels = 1, height = 1, width = 1] }: Tensor,
  rows: number,
  columns: number,
): Tensor {
  const [top, left] = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)];
  const cut = new Float32Array(channels * rows * columns);
  for (let channel = 0; channel < channels; channel++)
    for (let y = 0; y < rows; y++) {
      const from = (channel * height + top + y) * width + left;
      cut.set(data.subarray(from, from + columns), (channel * rows + y) * columns);
    }
  return { data: cut, shape: [1, channels, rows, columns] };
}
