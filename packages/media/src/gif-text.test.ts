import { describe, expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import fc from 'fast-check';
import { readGifText } from './gif-text.js';
import { encodeGif } from './gif.js';

const frame = { data: Uint8Array.of(0, 80, 255, 7), width: 2, height: 2, channels: 1 } as const;

describe('texts of a GIF', () => {
  test('come back, whatever they hold and however long they are', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'binary', maxLength: 700 })), (text) => {
        const bytes = encodeGif([frame, frame], { text });
        expect(JSON.stringify(readGifText(bytes))).toBe(JSON.stringify(text));
        expect(encodeGif([frame, frame], { text })).toEqual(bytes);
      }),
    );
  });

  test('there are none in a GIF of others', () => {
    expect(readGifText(encodeGif([frame]))).toEqual({});
  });

  test('a damaged file is refused in a sentence, and never takes long', () => {
    const bytes = encodeGif([frame], { text: { a: 'b' } });
    for (let length = 0; length < bytes.length; length++)
      expect(() => readGifText(bytes.subarray(0, length))).toThrow(UngrainError);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const changed = Uint8Array.from(bytes);
        changed[at] = value;
        try {
          readGifText(changed);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-gif' });
        }
      }),
    );
  });
});
