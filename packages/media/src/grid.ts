import { UngrainError, type Tensor } from '@ungrain/core';
import { toPixels, type PixelRange } from './image.js';
import type { Pixels } from './pixels.js';

export interface GridOptions {
  /** The values that become black and white: the model's `range`. */
  readonly range: PixelRange;
  /** Images in a row, at most; ⌈√N⌉ if not given. */
  readonly columns?: number | undefined;
  /** Pixels of background round and between the images, not scaled. */
  readonly padding?: number | undefined;
  /** The grey of padding and empty places, 0 (black) … 255 (white). */
  readonly background?: number | undefined;
  /** Each pixel of an image becomes a square of this side. */
  readonly scale?: number | undefined;
}

/**
 * The images of a batch side by side, row by row, in one picture.
 *
 * @param x [N, C, H, W] with C = 1 (grey) or 3 (RGB)
 * @throws UngrainError `bad-grid`, and as `toPixels` does
 */
export function imageGrid(x: Tensor, options: GridOptions): Pixels {
  const images = toPixels(x, options.range);
  const [first] = images;
  if (!first) throw new UngrainError('bad-grid', 'A grid needs at least one image.');
  const { padding = 2, background = 255, scale = 1, columns = Math.ceil(Math.sqrt(images.length)) } = options;
  checkWhole({ columns, scale }, 1, Infinity);
  checkWhole({ padding }, 0, Infinity);
  checkWhole({ background }, 0, 255);

  const across = Math.min(columns, images.length);
  const down = Math.ceil(images.length / across);
  const cellWidth = first.width * scale + padding;
  const cellHeight = first.height * scale + padding;
  const width = across * cellWidth + padding;
  const height = down * cellHeight + padding;
  const { channels } = first;
  const grid = { data: new Uint8Array(width * height * channels).fill(background), width, height, channels };
  images.forEach((image, i) => {
    const column = i % across;
    const row = Math.floor(i / across);
    paste(grid, image, scale, padding + column * cellWidth, padding + row * cellHeight);
  });
  return grid;
}

/** Draws an image, enlarged, with its upper left corner at (left, top). */
function paste(
  into: Pixels,
  { data, width, height, channels }: Pixels,
  scale: number,
  left: number,
  top: number,
): void {
  for (let y = 0; y < height; y++) {
    const line = ((top + y * scale) * into.width + left) * channels;
    for (let x = 0; x < width * scale; x++) {
      const from = (y * width + Math.floor(x / scale)) * channels;
      for (let channel = 0; channel < channels; channel++)
        into.data[line + x * channels + channel] = data[from + channel]!;
    }
    const length = width * scale * channels;
    for (let copy = 1; copy < scale; copy++)
      into.data.copyWithin(line + copy * into.width * channels, line, line + length);
  }
}

function checkWhole(options: Record<string, number>, lowest: number, highest: number): void {
  for (const [name, value] of Object.entries(options))
    if (!Number.isInteger(value) || value < lowest || value > highest) {
      const bounds = highest === Infinity ? `of at least ${lowest}` : `from ${lowest} to ${highest}`;
      throw new UngrainError('bad-grid', `The ${name} of a grid is a whole number ${bounds}, not ${value}.`);
    }
}
