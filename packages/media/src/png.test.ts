import { crc32, deflateSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import { encode } from 'fast-png';
import fc from 'fast-check';
import type { Pixels } from './pixels.js';
import { decodePng, encodePng, readPngText } from './png.js';

const pictures = fc
  .record({
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 12 }),
    channels: fc.constantFrom(1 as const, 3 as const),
  })
  .chain((size) => {
    const length = size.width * size.height * size.channels;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((data): Pixels => ({ ...size, data }));
  });

/** A PNG of the given chunks, with right lengths and checksums. */
function png(...chunks: readonly (readonly [type: string, content: Uint8Array])[]): Uint8Array {
  const parts = chunks.map(([type, content]) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

interface HeaderOptions {
  width?: number;
  height?: number;
  depth?: number;
  colour?: number;
  interlace?: number;
}

function header({ width = 4, height = 4, depth = 8, colour = 0, interlace = 0 }: HeaderOptions = {}) {
  const content = Buffer.alloc(13);
  content.writeUInt32BE(width, 0);
  content.writeUInt32BE(height, 4);
  content.set([depth, colour, 0, 0, interlace], 8);
  return ['IHDR', content] as const;
}

const data = (bytes: number[] | Uint8Array) => ['IDAT', deflateSync(Uint8Array.from(bytes))] as const;
const end = ['IEND', new Uint8Array()] as const;
const code = (promise: Promise<unknown>) =>
  promise.then(
    () => 'read',
    (error: unknown) => (error instanceof UngrainError ? error.code : error),
  );

describe('a PNG that was written', () => {
  test('is read back the same', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (pixels) => {
        expect(await decodePng(encodePng(pixels))).toEqual({ pixels, alpha: null, text: {} });
      }),
    );
  });

  test('carries text; JSON stays the same JSON though it is ASCII in the file', async () => {
    const pixels: Pixels = { data: Uint8Array.of(1), width: 1, height: 1, channels: 1 };
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.string({ unit: 'grapheme' }), async (value, prompt) => {
        const spec = JSON.stringify({ value, prompt });
        const { text } = await decodePng(encodePng(pixels, { text: { ungrain: spec, Title: 'Digits' } }));
        expect(text['Title']).toBe('Digits');
        expect(text['ungrain']).toMatch(/^[\0-\x7f]*$/);
        expect(JSON.parse(text['ungrain']!)).toEqual(JSON.parse(spec));
      }),
    );
  });

  test('is the same twice', () => {
    const pixels: Pixels = { data: Uint8Array.of(1, 2, 3), width: 1, height: 1, channels: 3 };
    const text = { prompt: '猫 🐈' };
    expect(encodePng(pixels, { text })).toEqual(encodePng(pixels, { text }));
  });
});

describe('encodePng refuses', () => {
  const pixels: Pixels = { data: Uint8Array.of(1), width: 1, height: 1, channels: 1 };

  test.each(['', ' a', 'a  b', 'é', 'a'.repeat(80), 'a\n'])('the keyword %j', (keyword) => {
    expect(() => encodePng(pixels, { text: { [keyword]: 'x' } })).toThrow('keyword of a PNG text');
  });

  test('a zero character', () => {
    expect(() => encodePng(pixels, { text: { a: 'x\0y' } })).toThrow('zero character');
  });

  test.each([{ width: 2 }, { height: 0 }, { channels: 2 as 1 }])('pixels with %j', (wrong) => {
    expect(() => encodePng({ ...pixels, ...wrong })).toThrow(UngrainError);
  });
});

describe('decodePng reads', () => {
  const readData = async (bytes: Uint8Array) => [...(await decodePng(bytes)).pixels.data];

  test('1, 2 and 4 bits, whose lines end at bytes', async () => {
    expect(await readData(png(header({ width: 3, height: 2, depth: 1 }), data([0, 0xa0, 0, 0x40]), end))).toEqual([
      255, 0, 255, 0, 255, 0,
    ]);
    expect(await readData(png(header({ width: 4, height: 1, depth: 2 }), data([0, 0x1b]), end))).toEqual([
      0, 85, 170, 255,
    ]);
    expect(await readData(png(header({ width: 3, height: 1, depth: 4 }), data([0, 0x0f, 0x80]), end))).toEqual([
      0, 255, 136,
    ]);
  });

  test('16 bits', async () => {
    const image = { width: 3, height: 1, depth: 16, channels: 1, data: Uint16Array.of(0, 0x8000, 0xffff) } as const;
    expect(await readData(encode(image))).toEqual([0, 128, 255]);
  });

  test('palettes, with and without transparency', async () => {
    const palette = ['PLTE', Uint8Array.of(10, 20, 30, 0, 0, 0)] as const;
    const image = [header({ width: 2, height: 1, depth: 1, colour: 3 }), palette] as const;
    expect(await readData(png(...image, data([0, 0x40]), end))).toEqual([10, 20, 30, 0, 0, 0]);
    const transparent = ['tRNS', Uint8Array.of(255, 0)] as const;
    expect(await readData(png(...image, transparent, data([0, 0x40]), end))).toEqual([10, 20, 30, 255, 255, 255]);
  });

  test('transparent pictures as they look on white', async () => {
    const rgba = Uint8Array.of(10, 20, 30, 255, 10, 20, 30, 0, 0, 100, 255, 51);
    expect(await readData(encode({ width: 3, height: 1, channels: 4, data: rgba }))).toEqual([
      10, 20, 30, 255, 255, 255, 204, 224, 255,
    ]);
    expect(await readData(encode({ width: 2, height: 1, channels: 2, data: Uint8Array.of(7, 255, 7, 0) }))).toEqual([
      7, 255,
    ]);
  });

  test('interlaced pictures of every size', async () => {
    await fc.assert(
      fc.asyncProperty(pictures, async (pixels) => {
        expect((await decodePng(encode(pixels, { interlace: 'Adam7' }))).pixels).toEqual(pixels);
      }),
    );
  });

  test('bytes that begin within a larger buffer, and data in several chunks', async () => {
    const packed = deflateSync(Uint8Array.of(0, 1, 2));
    const image = png(
      header({ width: 2, height: 1 }),
      ['IDAT', packed.subarray(0, 3)],
      ['IDAT', packed.subarray(3)],
      end,
    );
    const within = new Uint8Array(image.length + 9).fill(7);
    within.set(image, 5);
    expect(await readData(within.subarray(5, 5 + image.length))).toEqual([1, 2]);
  });

  test('past a colour profile, without unpacking it', async () => {
    const profile = ['iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.alloc(2 ** 20))])] as const;
    expect(await readData(png(header({ width: 1, height: 1 }), profile, data([0, 5]), end))).toEqual([5]);
  });
});

describe('decodePng refuses', () => {
  test('what is beyond its limits, before anything is allocated', async () => {
    const huge = png(header({ width: 0x7fffffff, height: 0x7fffffff, colour: 6, depth: 16 }), data([0]), end);
    expect(await code(decodePng(huge))).toBe('png-too-large');
    const image = encodePng({ data: new Uint8Array(50), width: 10, height: 5, channels: 1 });
    expect(await code(decodePng(image, { maxPixels: 50, maxSide: 10 }))).toBe('read');
    expect(await code(decodePng(image, { maxPixels: 49 }))).toBe('png-too-large');
    expect(await code(decodePng(image, { maxSide: 9 }))).toBe('png-too-large');
  });

  test('data that unpacks to more than the picture, soon', async () => {
    const bomb = png(header(), ['IDAT', deflateSync(Buffer.alloc(2 ** 26))], end);
    const before = process.memoryUsage().arrayBuffers;
    await expect(decodePng(bomb)).rejects.toThrow('more than the 20 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['a JPEG', Uint8Array.of(0xff, 0xd8, 0xff, 0xe0)],
    ['a signature alone', png()],
    ['no header', png(data([0]), end)],
    ['two headers', png(header(), header(), end)],
    ['a short header', png(['IHDR', new Uint8Array(12)], end)],
    ['no pixels', png(header({ width: 0 }), data([]), end)],
    ['no data', png(header(), end)],
    ['no end', png(header(), data(new Uint8Array(20)))],
    ['too little data', png(header(), data(new Uint8Array(19)), end)],
    ['data that is not compressed', png(header(), ['IDAT', new Uint8Array(20)], end)],
    ['half of its data', png(header(), ['IDAT', deflateSync(Buffer.alloc(20)).subarray(0, 8)], end)],
    ['an unknown colour type', png(header({ colour: 5 }), data([]), end)],
    ['RGB of 4 bits', png(header({ colour: 2, depth: 4 }), data([]), end)],
    ['interlacing below 8 bits', png(header({ depth: 1, interlace: 1 }), data([]), end)],
    ['an unknown interlacing', png(header({ interlace: 2 }), data(new Uint8Array(20)), end)],
    ['an unknown filter', png(header({ width: 1, height: 1 }), data([9, 0]), end)],
    ['a palette that is missing', png(header({ width: 1, height: 1, colour: 3 }), data([0, 0]), end)],
    ['a palette that is too long', png(header(), ['PLTE', new Uint8Array(771)], data(new Uint8Array(20)), end)],
    [
      'text without an end to its keyword',
      png(header({ width: 1, height: 1 }), ['tEXt', Buffer.from('a')], data([0, 0]), end),
    ],
  ])('%s', async (_, bytes) => {
    expect(await code(decodePng(bytes))).toBe('bad-png');
  });

  test('a file with a bit turned over or its end cut off, or reads it, but never fails otherwise', async () => {
    const original = encodePng(
      { data: Uint8Array.from({ length: 60 }, (_, i) => i * 4), width: 5, height: 4, channels: 3 },
      { text: { ungrain: '{"seed":100}' } },
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(original.length - 1), fc.nat(7), fc.boolean(), async (at, bit, cut) => {
        const damaged = original.slice(0, cut ? at : undefined);
        if (!cut) damaged[at]! ^= 1 << bit;
        expect(['bad-png', 'png-too-large', 'read']).toContain(await code(decodePng(damaged)));
      }),
      { numRuns: 500 },
    );
  });
});

test('texts are read without the picture, and a damaged one is refused', () => {
  const pixels = { data: Uint8Array.of(9), width: 1, height: 1, channels: 1 } as const;
  const bytes = encodePng(pixels, { text: { a: '{"b": "ü"}', c: '' } });
  expect(readPngText(bytes)).toEqual({ a: '{"b": "\\u00fc"}', c: '' });
  const at = Buffer.from(bytes).indexOf('{"b"');
  expect(() => readPngText(Uint8Array.from(bytes, (byte, i) => (i === at + 2 ? 0x61 : byte)))).toThrow(
    /text in it is damaged/,
  );
});
