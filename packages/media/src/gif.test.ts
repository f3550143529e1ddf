import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeGif } from './gif.js';
import type { Pixels } from './pixels.js';

interface Gif {
  readonly width: number;
  readonly height: number;
  /** As the file counts: 0 for ever; null without the loop extension. */
  readonly repeat: number | null;
  readonly frames: readonly { readonly delay: number; readonly rgb: readonly number[] }[];
}

/** A reader of what encodeGif writes, for round trips: GIF89a, whole frames, no transparency. */
function readGif(bytes: Uint8Array): Gif {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  expect(Buffer.from(bytes.subarray(0, 6)).toString('latin1')).toBe('GIF89a');
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  const colours = 2 << (bytes[10]! & 7);
  const palette = bytes.subarray(13, 13 + colours * 3);
  let at = 13 + colours * 3;
  let delay = 0;
  let repeat: number | null = null;
  const frames: { delay: number; rgb: number[] }[] = [];
  const subBlocks = () => {
    const parts: Uint8Array[] = [];
    while (bytes[at] !== 0) {
      parts.push(bytes.subarray(at + 1, at + 1 + bytes[at]!));
      at += 1 + bytes[at]!;
    }
    at++;
    return Buffer.concat(parts);
  };
  for (; bytes[at] !== 0x3b;) {
    if (bytes[at] === 0x21) {
      const label = bytes[at + 1];
      at += 2;
      const content = subBlocks();
      if (label === 0xf9) delay = content.readUInt16LE(1);
      if (label === 0xff) repeat = content.readUInt16LE(12);
    } else {
      expect([bytes[at], bytes[at + 9]]).toEqual([0x2c, 0]); // an image that uses the file's palette
      const codeSize = bytes[at + 10]!;
      at += 11;
      const indices = unpackLzw(subBlocks(), codeSize);
      frames.push({ delay, rgb: indices.flatMap((index) => [...palette.subarray(index * 3, index * 3 + 3)]) });
    }
  }
  expect(at).toBe(bytes.length - 1);
  return { width, height, repeat, frames };
}

/** GIF89a, appendix F: codes of growing width, the lowest bits first. */
function unpackLzw(packed: Uint8Array, codeSize: number): number[] {
  const [clear, end] = [1 << codeSize, (1 << codeSize) + 1];
  let table: number[][] = [];
  let previous: number[] | null = null;
  let bit = 0;
  const reset = () => {
    table = Array.from({ length: end + 1 }, (_, i) => [i]);
    previous = null;
  };
  reset();
  const out: number[] = [];
  for (;;) {
    const width = Math.min(12, 32 - Math.clz32(table.length));
    let code = 0;
    for (let i = 0; i < width; i++, bit++) code |= ((packed[bit >> 3]! >> (bit & 7)) & 1) << i;
    if (code === end) return out;
    if (code === clear) {
      reset();
      continue;
    }
    const entry: number[] = table[code] ?? [...previous!, previous![0]!];
    if (previous && table.length < 4096) table.push([...previous, entry[0]!]);
    out.push(...entry);
    previous = entry;
  }
}

const rgb = ({ data, channels }: Pixels) =>
  channels === 3 ? [...data] : [...data].flatMap((grey) => [grey, grey, grey]);

const animations = fc
  .record({
    width: fc.integer({ min: 1, max: 20 }),
    height: fc.integer({ min: 1, max: 20 }),
    channels: fc.constantFrom(1 as const, 3 as const),
    colours: fc.uint8Array({ minLength: 1, maxLength: 60 }),
    count: fc.integer({ min: 1, max: 4 }),
    seed: fc.nat(),
  })
  .map(({ width, height, channels, colours, count, seed }): Pixels[] => {
    let state = seed;
    const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 8;
    return Array.from({ length: count }, () => {
      const data = new Uint8Array(width * height * channels);
      for (let pixel = 0; pixel < width * height; pixel++) {
        const grey = colours[next() % colours.length]!;
        data.set(channels === 1 ? [grey] : [grey, 255 - grey, 7], pixel * channels);
      }
      return { data, width, height, channels };
    });
  });

const grey = (width: number, height: number, value = (i: number) => i): Pixels => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => value(i)),
  width,
  height,
  channels: 1,
});

describe('encodeGif', () => {
  test('keeps every pixel of frames with up to 256 colours', () => {
    fc.assert(
      fc.property(animations, (frames) => {
        const gif = readGif(encodeGif(frames));
        expect([gif.width, gif.height]).toEqual([frames[0]!.width, frames[0]!.height]);
        expect(gif.frames.map((frame) => frame.rgb)).toEqual(frames.map(rgb));
      }),
    );
  });

  test('keeps large noisy pictures, whose code table runs full', () => {
    const noise = grey(120, 120, (i) => Math.imul(i + 1, 2654435761) >>> 24);
    expect(readGif(encodeGif([noise, noise])).frames.map((frame) => frame.rgb)).toEqual([rgb(noise), rgb(noise)]);
  });

  test('comes near frames of more colours, the same twice', () => {
    const data = Uint8Array.from(
      { length: 64 * 64 * 3 },
      (_, i) => [(i / 3) % 64, Math.floor(i / 192), 32][i % 3]! * 4,
    );
    const frames: Pixels[] = [0, 1].map(() => ({ data, width: 64, height: 64, channels: 3 }));
    const bytes = encodeGif(frames);
    expect(encodeGif(frames)).toEqual(bytes);
    for (const frame of readGif(bytes).frames) {
      const errors = frame.rgb.map((value, i) => Math.abs(value - data[i]!));
      expect(errors.reduce((a, b) => a + b) / errors.length).toBeLessThan(10);
    }
  });

  test('says how long frames stay and how often they are repeated', () => {
    const frame = grey(2, 2);
    expect(readGif(encodeGif([frame]))).toMatchObject({ repeat: 0, frames: [{ delay: 10 }] });
    expect(readGif(encodeGif([frame, frame], { delayMs: 40, repeat: 3 }))).toMatchObject({
      repeat: 3,
      frames: [{ delay: 4 }, { delay: 4 }],
    });
    expect(readGif(encodeGif([frame], { repeat: 0 })).repeat).toBeNull();
  });

  test.each<[string, Pixels[], object, string]>([
    ['no frames', [], {}, 'at least one frame'],
    ['frames of two sizes', [grey(2, 2), grey(2, 3)], {}, '2 × 2 and 2 × 3'],
    ['too little data', [{ ...grey(2, 2), width: 3 }], {}, 'its data has 4'],
    ['a picture that is too long', [grey(65_536, 1)], {}, 'longer side'],
    ['no delay', [grey(1, 1)], { delayMs: 0 }, 'delay in milliseconds'],
    ['half a repetition', [grey(1, 1)], { repeat: 0.5 }, 'number of repetitions'],
  ])('refuses %s', (_, frames, options, message) => {
    expect(() => encodeGif(frames, options)).toThrow(message);
  });
});
