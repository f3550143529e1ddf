import { readFile } from 'node:fs/promises';
import { UngrainError, type Tensor } from '@ungrain/core';
import { decodePng, fromPixels } from '@ungrain/media';
import { withFile } from '../file-errors.js';

/** A picture from a file. */
export interface Picture {
  /** [1, channels, height, width] from 0 (black) to 1 (white). */
  readonly image: Tensor;
  /** How opaque each pixel is, [1, 1, height, width] from 0 to 1; `null` where the file does not say. */
  readonly alpha: Tensor | null;
}

/**
 * Reads a PNG, the one format that is read; what is transparent lies over white.
 * @throws UngrainError `file-not-read`, `bad-png`, `png-too-large`
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await withFile(path, 'read', () => readFile(path));
  try {
    const { pixels, alpha } = await decodePng(bytes);
    const { width, height } = pixels;
    return {
      image: fromPixels(pixels),
      alpha: alpha && fromPixels({ data: alpha, width, height, channels: 1 }),
    };
  } catch (error) {
    if (!(error instanceof UngrainError)) throw error;
    const hint = bytes[0] === 0x89 ? '' : ' Pictures have to be PNG files.';
    throw new UngrainError(error.code, `${path}: ${error.message}${hint}`, error.kind, { cause: error });
  }
}
