import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { UngrainError } from '@ungrain/core';
import fc from 'fast-check';
import { parityFiles } from '../parity/parity-files.js';
import { REFERENCE, referenceSource } from '../testing/reference.js';
import { charsmapNormalizer } from './charsmap.js';
import { readSentencePieceModel } from './sentencepiece-model.js';
import { loadTokenizer, TEXT_TOKENS } from './tokenizer.js';

const model = await readFile(join(REFERENCE, 'stage2/tokenizer/spiece.model'));

test('both kinds of files give the same tokens, padded and cut to their number', async () => {
  const [json, spiece] = await Promise.all(
    ['stage1/tokenizer', 'stage2/tokenizer'].map((folder) => loadTokenizer(parityFiles(referenceSource, folder))),
  );
  for (const text of ['', 'a red cat', 'a ﬁne cat'.repeat(40)]) {
    const tokens = json!(text);
    expect(spiece!(text)).toEqual(tokens);
    expect([tokens.ids.length, tokens.mask.length]).toEqual([TEXT_TOKENS, TEXT_TOKENS]);
    expect(tokens.ids[Math.min(tokens.length, TEXT_TOKENS) - 1]).toBe(1);
    expect(tokens.ids.slice(tokens.length).every((id) => id === 0)).toBe(true);
  }
  expect(json!('a ﬁne cat'.repeat(40)).length).toBeGreaterThan(TEXT_TOKENS);
});

test('without a tokenizer there is a sentence', async () => {
  await expect(loadTokenizer(parityFiles(referenceSource, 'stage1/unet'))).rejects.toMatchObject({
    code: 'no-tokenizer',
    message: expect.stringContaining('neither a tokenizer.json nor a spiece.model') as unknown,
  });
});

const orRefused = (action: () => unknown): void => {
  try {
    action();
  } catch (error) {
    if (!(error instanceof UngrainError) || error.code !== 'bad-tokenizer') throw error;
  }
};

test('damaged models are read or refused', () => {
  fc.assert(
    fc.property(fc.nat(model.length), fc.nat(model.length - 1), fc.nat(255), (length, place, byte) => {
      const changed = Uint8Array.from(model);
      changed[place] = byte;
      for (const bytes of [changed, changed.subarray(0, length)])
        orRefused(() => charsmapNormalizer(readSentencePieceModel(bytes, 'x').charsmap)('a ﬁne cat, Ａ'));
    }),
    { numRuns: 500 },
  );
});

test('rules that are no rules change or keep a text, and end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string({ unit: 'grapheme' }), (bytes, text) => {
      const size = Math.floor(bytes.length / 8) * 4;
      const charsmap = Uint8Array.of(size, 0, 0, 0, ...bytes);
      orRefused(() => charsmapNormalizer(charsmap)(text));
    }),
  );
});
