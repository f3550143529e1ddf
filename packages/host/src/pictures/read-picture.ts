import { readFile } from 'node:fs/promises';
import { reasonOf, UngrainError, type Tensor } from '@ungrain/core';
import { decodePng, fromPixels } from '@ungrain/media';
import { withFile } from '../file-errors.js';

/** A picture from a file. */
export interface Picture {
  /** [1, channels, height, width] from 0 (black) to 1 (white). */
  readonly image: Tensor;
  /** How opaque each pixel is, [1, 1, height, width] from 0 to 1; `null` where the file does not say. */
  readonly alpha: Tensor | null;
}

/** The most pixels that are read: those of a large camera. */
const MAX_PIXELS = 100_000_000;
/** What is read besides PNG, as sharp calls it. */
const FORMATS: readonly string[] = ['jpeg', 'webp', 'gif', 'tiff', 'heif'];

/**
 * Reads a PNG, JPEG, WebP, GIF (its first picture), TIFF or AVIF file, turned as its camera says; what is transparent lies
 * over white.
 * @throws UngrainError `file-not-read`, `bad-picture`, `bad-png`, `png-too-large`
 */
export async function readPicture(path: string): Promise<Picture> {
  const bytes = await withFile(path, 'read', () => readFile(path));
  const isPng = bytes.subarray(0, 4).equals(PNG_START);
  const png = isPng ? bytes : await toPng(bytes, path);
  try {
    const { pixels, alpha } = await decodePng(png);
    const { width, height } = pixels;
    return {
      image: fromPixels(pixels),
      alpha: alpha && fromPixels({ data: alpha, width, height, channels: 1 }),
    };
  } catch (error) {
    if (!(error instanceof UngrainError)) throw error;
    throw new UngrainError(error.code, `${path}: ${error.message}`, error.kind, { cause: error });
  }
}

const PNG_START = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** Other formats by way of PNG, so that all are read alike. */
async function toPng(bytes: Buffer, path: string): Promise<Buffer> {
  try {
    const { default: sharp } = await import('sharp');
    const image = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' });
    const { format, channels } = await image.metadata();
    if (!FORMATS.includes(format)) throw new Error(`it is of the format ${format}`);
    const colours = channels < 3 ? 'b-w' : 'srgb';
    return await image.autoOrient().toColourspace(colours).png().toBuffer();
  } catch (cause) {
    const message = `${path} cannot be read as a picture: ${reasonOf(cause)}; it should be a PNG, JPEG, WebP, GIF, TIFF or AVIF file.`;
    throw new UngrainError('bad-picture', message, 'failure', { cause });
  }
}
