import { UngrainError } from '@ungrain/core';
import { decode, encode, type DecodedPng as Decoded } from 'fast-png';
import { checkPixels, type Pixels } from './pixels.js';
import { checkPng, refuse, type PngLimits } from './png-file.js';
import { toAscii } from './ascii.js';
import { toOpaquePixels } from './png-samples.js';

export { readPngText, type PngLimits } from './png-file.js';

/** Texts of a PNG by keyword. */
export type PngText = Readonly<Record<string, string>>;

export interface DecodedPng {
  readonly pixels: Pixels;
  /** How opaque each pixel is, 0 … 255, where the file has an alpha channel; else `null`. */
  readonly alpha: Uint8Array | null;
  readonly text: PngText;
}

/**
 * A picture as a PNG file; the same picture and text give the same bytes.
 *
 * Texts are written as tEXt chunks. Characters outside ASCII become `\uXXXX`, so a text that is JSON stays the same
 * JSON, and every tool can show it.
 *
 * @throws UngrainError `bad-pixels`, `bad-png-text`
 */
export function encodePng(pixels: Pixels, { text = {} }: { readonly text?: PngText | undefined } = {}): Uint8Array {
  checkPixels(pixels);
  const { data, width, height, channels } = pixels;
  return encode({ data, width, height, channels, depth: 8, text: escapeTexts(text) });
}

function escapeTexts(text: PngText): Record<string, string> {
  return Object.fromEntries(
    Object.entries(text).map(([keyword, value]) => {
      if (!/^[!-~](?:[ -~]{0,77}[!-~])?$/.test(keyword) || keyword.includes('  '))
        throw new UngrainError(
          'bad-png-text',
          `The keyword of a PNG text has 1 to 79 ASCII characters without spaces at its ends or two together, unlike ` +
            `${JSON.stringify(keyword)}.`,
        );
      if (value.includes('\0'))
        throw new UngrainError(
          'bad-png-text',
          `The PNG text '${keyword}' holds a zero character, which PNG does not allow.`,
        );
      return [keyword, toAscii(value)];
    }),
  );
}

/**
 * Reads a PNG: any colour type and depth, interlaced ones from 8 bits on. 16 bits become 8, palettes become RGB, and
 * what is transparent lies over white (but the one transparent colour of pictures without alpha is ignored).
 * Compressed and international texts (zTXt, iTXt) are not read.
 *
 * Nothing is allocated for pictures beyond the limits, by default 2²⁴ pixels and sides of 16,384, nor for data that
 * unpacks to more than its picture.
 *
 * @throws UngrainError `bad-png`, `png-too-large`
 */
export async function decodePng(bytes: Uint8Array, limits: PngLimits = {}): Promise<DecodedPng> {
  const { header, file } = await checkPng(bytes, limits);
  const decoded = decodeChecked(file);
  return { ...toOpaquePixels(decoded, header), text: decoded.text };
}

function decodeChecked(file: Uint8Array): Decoded {
  try {
    return decode(file, { checkCrc: true });
  } catch (cause) {
    return refuse(`it is damaged (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
}
