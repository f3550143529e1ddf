import { deflateSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crc32, logSnr, straightPath, tensor, type Model } from '@ungrain/core';
import { cosineSchedule } from '@ungrain/samplers';
import { encodePng } from '@ungrain/media';
import sharp from 'sharp';
import { fitPicture } from './fit-picture.js';
import { levelOfTime } from './picture-run.js';
import { readMask } from './read-mask.js';
import { readPicture } from './read-picture.js';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'ungrain-masks-'));
});
afterAll(() => rm(home, { recursive: true }));

const picture = (height: number, width: number, channels = 1) =>
  tensor(
    Float32Array.from({ length: channels * height * width }, (_, i) => (i % 11) / 10),
    [1, channels, height, width],
  );

/** A PNG with an alpha channel, which Ungrain itself does not write. */
function rgbaPng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const body = Buffer.concat([Buffer.from(type), content]);
    const whole = Buffer.alloc(body.length + 8);
    whole.writeUInt32BE(content.length);
    body.copy(whole, 4);
    whole.writeUInt32BE(crc32(body), body.length + 4);
    return whole;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const lines = Array.from({ length: height }, (_, y) => [0, ...pixels.subarray(y * width * 4, (y + 1) * width * 4)]);
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  return Buffer.concat([
    Buffer.from(signature),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Uint8Array.from(lines.flat()))),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

describe('fitPicture', () => {
  test('leaves alone what fits', () => {
    const x = picture(8, 8);
    expect(fitPicture(x, [1, 8, 8])).toEqual({ picture: x, changes: [] });
  });

  test('makes grey of colour as BT.601 weighs it, and colour of grey', () => {
    const colour = tensor([1, 0.5, 0.25], [1, 3, 1, 1]);
    expect(fitPicture(colour, [1, 1, 1]).picture.data[0]).toBeCloseTo(0.299 + 0.587 / 2 + 0.114 / 4, 6);
    expect([...fitPicture(tensor([0.5], [1, 1, 1, 1]), [3, 1, 1]).picture.data]).toEqual([0.5, 0.5, 0.5]);
  });

  test('cuts out the middle and averages what it makes smaller', () => {
    const x = tensor(
      Float32Array.from({ length: 4 * 8 }, (_, i) => (i % 8 < 2 || i % 8 > 5 ? 1 : 0.5)),
      [1, 1, 4, 8],
    );
    const { picture, changes } = fitPicture(x, [1, 2, 2]);
    expect([...picture.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(changes).toEqual(['cut to its middle, 4 × 4', '4 × 4 to 2 × 2']);
  });
});

describe('readPicture', () => {
  /** 24 × 16, with two flat halves so that lossy formats keep them. */
  const halves = Buffer.from(
    Uint8Array.from({ length: 24 * 16 * 3 }, (_, i) => (i % 72 < 36 ? 230 : [20, 90, 160][i % 3]!)),
  );
  const drawn = () => sharp(halves, { raw: { width: 24, height: 16, channels: 3 } });

  test.each(['jpeg', 'webp', 'gif', 'tiff', 'avif', 'png'] as const)('reads %s', async (format) => {
    const path = join(home, `halves.${format}`);
    await drawn().toFormat(format, { quality: 95 }).toFile(path);
    const { image } = await readPicture(path);
    expect(image.shape).toEqual([1, 3, 16, 24]);
    const at = (channel: number, x: number) => image.data[(channel * 16 + 8) * 24 + x]!;
    for (const [channel, value] of [20, 90, 160].entries()) {
      expect(Math.abs(at(channel, 3) - 230 / 255)).toBeLessThan(0.03);
      expect(Math.abs(at(channel, 20) - value / 255)).toBeLessThan(0.03);
    }
  });

  test('turns a photograph as its camera says, and keeps grey grey', async () => {
    const path = join(home, 'turned.jpg');
    await drawn().withMetadata({ orientation: 6 }).jpeg().toFile(path);
    expect((await readPicture(path)).image.shape).toEqual([1, 3, 24, 16]);
    await drawn().toColourspace('b-w').jpeg().toFile(path);
    expect((await readPicture(path)).image.shape).toEqual([1, 1, 16, 24]);
  });

  test.each([
    ['drawing.svg', '<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>', /it is of the format svg/],
    ['text.jpg', 'no picture', /unsupported image format/],
    ['empty.webp', '', /empty/],
  ])('refuses %s in one sentence', async (name, content, message) => {
    const path = join(home, name);
    await writeFile(path, content);
    const error = await readPicture(path).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'bad-picture' });
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toMatch(/^[^\n]+ cannot be read as a picture: [^\n]+ or AVIF file\.$/);
  });

  test('refuses one that was cut off', async () => {
    const path = join(home, 'cut.jpg');
    const whole = await drawn().resize(300, 200).jpeg().toBuffer();
    await writeFile(path, whole.subarray(0, whole.length - 200));
    await expect(readPicture(path)).rejects.toMatchObject({ code: 'bad-picture' });
  });
});

describe('readMask', () => {
  test('a rectangle is in the pixels of the picture as it was given, and fitted with it', async () => {
    const mask = await readMask('0,0,16,8', picture(16, 16), [3, 8, 8]);
    expect(mask.shape).toEqual([1, 1, 8, 8]);
    expect([...mask.data]).toEqual(Array.from({ length: 64 }, (_, i) => (i < 32 ? 1 : 0)));
  });

  test('in a PNG it is what is transparent, or white if nothing can be', async () => {
    const grey = join(home, 'grey.png');
    const half = Uint8Array.from({ length: 16 }, (_, i) => (i < 8 ? 255 : 0));
    await writeFile(grey, encodePng({ data: half, width: 4, height: 4, channels: 1 }));
    const clear = join(home, 'clear.png');
    const pixels = Uint8Array.from({ length: 64 }, (_, i) => (i % 4 < 3 ? 255 : i < 32 ? 0 : 255));
    await writeFile(clear, rgbaPng(pixels, 4, 4));
    const expected = Array.from({ length: 16 }, (_, i) => (i < 8 ? 1 : 0));
    for (const file of [grey, clear])
      expect([...(await readMask(file, picture(4, 4), [1, 4, 4])).data]).toEqual(expected);
  });

  test.each(['0,0,0,3', '3,3,2,2'])('refuses the rectangle %s', async (text) =>
    expect(readMask(text, picture(4, 4), [1, 4, 4])).rejects.toMatchObject({ code: 'bad-mask' }),
  );
});

test("a trained time means the level of a flow with the same signal-to-noise ratio in DeepFloyd IF's schedule", () => {
  const model = { schedule: straightPath } as Model;
  for (const t of [0, 250, 999]) {
    const { level, note } = levelOfTime(model, t);
    expect(logSnr(level)).toBeCloseTo(logSnr(cosineSchedule.create({ trainedSteps: 1000 }).level(t)), 8);
    expect(note).toContain('by equal log-SNR');
  }
  const trained = { schedule: cosineSchedule.create({ trainedSteps: 1000 }) } as Model;
  expect(levelOfTime(trained, 250)).toMatchObject({ level: { time: 250 }, note: null });
});
