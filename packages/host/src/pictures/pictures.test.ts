import { deflateSync } from 'node:zlib';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { crc32, logSnr, straightPath, tensor, type Model } from '@ungrain/core';
import { cosineSchedule } from '@ungrain/samplers';
import { encodePng } from '@ungrain/media';
import { fitPicture } from './fit-picture.js';
import { levelOfTime } from './picture-run.js';
import { readMask } from './read-mask.js';

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
