import { UngrainError } from '@ungrain/core';
import * as gifenc from 'gifenc';
import { commentBlock, insertBlock, type GifText } from './gif-text.js';
import { checkPixels, type Pixels } from './pixels.js';

const { GIFEncoder, applyPalette, quantize } = 'quantize' in gifenc ? gifenc : gifenc.default;

export interface GifOptions {
  /** How long each frame is shown; GIF knows hundredths of a second. Many players take less than 20 for 100. */
  readonly delayMs?: number | undefined;
  /** How often the animation is played again after the first time. */
  readonly repeat?: number | 'forever' | undefined;
  /** What `readGifText` gives back. */
  readonly text?: GifText | undefined;
}

const MOST_COLOURS = 256;
const LARGEST_SIDE = 65_535;
/** Pixels that the choice of colours looks at, at most. */
const MOST_SAMPLES = 2 ** 22;

/**
 * An animated GIF. All frames share one palette, so that nothing flickers: the very colours of the frames if there are
 * no more than 256 (always so in grey), otherwise the nearest of 256 that were chosen for all frames together. The
 * same frames give the same bytes.
 *
 * @throws UngrainError `bad-animation` without frames, for frames of different sizes or impossible options; `bad-pixels`
 */
export function encodeGif(
  frames: readonly Pixels[],
  { delayMs = 100, repeat = 'forever', text }: GifOptions = {},
): Uint8Array {
  const { width, height } = checkFrames(frames);
  const times = repeat === 'forever' ? 0 : repeat === 0 ? -1 : repeat; // as gifenc counts
  if (repeat !== 'forever') checkNumber('number of repetitions', repeat, 0, 65_535);
  checkNumber('delay in milliseconds', delayMs, 10, 655_350);

  const exact = exactPalette(frames);
  const palette = exact ?? quantize(sampleRgba(frames), MOST_COLOURS);
  const indicesOf = exact ? exactIndices(exact) : (frame: Pixels) => applyPalette(toRgba(frame), palette);
  const encoder = GIFEncoder();
  frames.forEach((frame, i) =>
    encoder.writeFrame(indicesOf(frame), width, height, { ...(i === 0 && { palette }), delay: delayMs, repeat: times }),
  );
  encoder.finish();
  return text ? insertBlock(encoder.bytes(), commentBlock(text)) : encoder.bytes();
}

function checkFrames(frames: readonly Pixels[]): Pixels {
  const [first] = frames;
  if (!first) throw new UngrainError('bad-animation', 'A GIF needs at least one frame.');
  for (const frame of frames) {
    checkPixels(frame);
    if (frame.width !== first.width || frame.height !== first.height)
      throw new UngrainError(
        'bad-animation',
        `The frames of a GIF have one size, not ${first.width} × ${first.height} and ${frame.width} × ${frame.height}.`,
      );
  }
  checkNumber('longer side', Math.max(first.width, first.height), 1, LARGEST_SIDE);
  return first;
}

function checkNumber(what: string, value: number, lowest: number, highest: number): void {
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw new UngrainError(
      'bad-animation',
      `The ${what} of a GIF is a whole number from ${lowest} to ${highest}, not ${value}.`,
    );
}

type Rgb = readonly [red: number, green: number, blue: number];

/** The distinct colours of all frames, darkest first, or null if there are more than a GIF can hold. */
function exactPalette(frames: readonly Pixels[]): readonly Rgb[] | null {
  const colours = new Set<number>();
  for (const frame of frames)
    for (let pixel = 0; pixel < frame.width * frame.height; pixel++) {
      colours.add(colourAt(frame, pixel));
      if (colours.size > MOST_COLOURS) return null;
    }
  return [...colours].sort((a, b) => a - b).map((colour) => [colour >> 16, (colour >> 8) & 0xff, colour & 0xff]);
}

function exactIndices(palette: readonly Rgb[]): (frame: Pixels) => Uint8Array {
  const indices = new Map(palette.map(([red, green, blue], i) => [(red << 16) | (green << 8) | blue, i]));
  return (frame) =>
    Uint8Array.from({ length: frame.width * frame.height }, (_, pixel) => indices.get(colourAt(frame, pixel))!);
}

/** 0xRRGGBB */
function colourAt({ data, channels }: Pixels, pixel: number): number {
  if (channels === 1) return data[pixel]! * 0x010101;
  return (data[pixel * 3]! << 16) | (data[pixel * 3 + 1]! << 8) | data[pixel * 3 + 2]!;
}

const toRgba = (frame: Pixels): Uint8Array => sampleRgba([frame], Infinity);

/** The pixels of all frames as RGBA; every second, third … one where they are too many. */
function sampleRgba(frames: readonly Pixels[], most = MOST_SAMPLES): Uint8Array {
  const size = frames[0]!.width * frames[0]!.height;
  const stride = Math.ceil((size * frames.length) / most) || 1;
  const rgba = new Uint8Array(Math.ceil((size * frames.length) / stride) * 4);
  for (let i = 0; i < rgba.length / 4; i++) {
    const colour = colourAt(frames[Math.floor((i * stride) / size)]!, (i * stride) % size);
    rgba.set([colour >> 16, (colour >> 8) & 0xff, colour & 0xff, 255], i * 4);
  }
  return rgba;
}
