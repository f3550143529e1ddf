import type { DecodedPng as Decoded } from 'fast-png';
import { PALETTE, refuse, type PngHeader } from './png-file.js';
import type { Pixels } from './pixels.js';

/** What a PNG shows: see `DecodedPng`. */
interface Shown {
  readonly pixels: Pixels;
  readonly alpha: Uint8Array | null;
}

/** Any PNG's samples as an opaque picture of 8 bits a channel; what is transparent lies over white. */
export function toOpaquePixels(decoded: Decoded, { width, height, depth, colour }: PngHeader): Shown {
  const samples = unpack(decoded, depth);
  const shown = (data: Uint8Array, channels: number): Shown => ({
    pixels: { ...overWhite(data, channels), width, height },
    alpha: channels % 2 === 0 ? data.filter((_, i) => i % channels === channels - 1) : null,
  });
  if (colour === PALETTE) {
    const { data, channels } = lookUp(samples, decoded.palette ?? []);
    return shown(data, channels);
  }
  const highest = 2 ** depth - 1;
  const data =
    highest === 255 ? (samples as Uint8Array) : Uint8Array.from(samples, (v) => Math.round((v * 255) / highest));
  return shown(data, decoded.channels);
}

/** One sample an element. Below 8 bits a byte holds several, the first in its highest bits, and lines end at bytes. */
function unpack({ data, width, height, channels }: Decoded, depth: number): Uint8Array | Uint16Array {
  if (depth >= 8) return data as Uint8Array | Uint16Array;
  const perByte = 8 / depth;
  const lineBytes = Math.ceil((width * channels) / perByte);
  return Uint8Array.from({ length: width * height }, (_, pixel) => {
    const x = pixel % width;
    const byte = data[Math.floor(pixel / width) * lineBytes + Math.floor(x / perByte)]!;
    return (byte >> (8 - depth * ((x % perByte) + 1))) & (2 ** depth - 1);
  });
}

function lookUp(indices: ArrayLike<number>, palette: readonly (readonly number[])[]) {
  const channels = palette[0]?.length ?? 3;
  const data = new Uint8Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++) {
    const colour = palette[indices[i]!];
    data.set(colour ?? refuse(`colour ${indices[i]} is not in its palette`), i * channels);
  }
  return { data, channels };
}

/** Drops the last channel of two or four, alpha, blending with white: c·a + 255·(1 − a). */
function overWhite(data: Uint8Array, channels: number): Pick<Pixels, 'data' | 'channels'> {
  if (channels === 1 || channels === 3) return { data, channels };
  const colours = channels === 2 ? 1 : 3;
  const opaque = new Uint8Array((data.length / channels) * colours);
  for (let i = 0; i < opaque.length; i++) {
    const pixel = Math.floor(i / colours) * channels;
    const alpha = data[pixel + colours]! / 255;
    opaque[i] = Math.round(data[pixel + (i % colours)]! * alpha + 255 * (1 - alpha));
  }
  return { data: opaque, channels: colours };
}
